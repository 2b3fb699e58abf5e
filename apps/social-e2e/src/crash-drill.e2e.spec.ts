/**
 * Recorded real life through the whole of MySocialMedia, as `npm run simulate` replays it, compared with a count over its files.
 *
 * The crash drill: meanwhile broker, relay (it lives in social-posts), feed and PostgreSQL are killed with SIGKILL, ten times in all, at
 * moments that a seed chooses, and started again by the launcher. No event may be lost, none counted twice, and each post keeps its
 * order. Afterwards the same is replayed again, with nobody killed.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { DemoUnderTest, demoFolder, removeFolder, type PartName } from './demo-under-test.ts';
import { Program } from './program.ts';
import { recordedTotals, recordingAtHand, removeIfMadeUp, type Recording } from './recording.ts';
import { SeededRandom } from './seeded-random.ts';
import { totalsOfAll } from './social-api.ts';
import { readTopics } from './read-topics.ts';
import { checkTopics } from './topic-rules.ts';

const LIMIT_MS = 400_000;
const KILLS = 10;
const PARTS: readonly PartName[] = ['broker', 'social-posts', 'social-feed', 'postgres'];
const LONGEST_EXTRA_DELAY_MS = 400;

/** One kill: when so much of the replay is through, and a moment later. */
interface Crash {
  readonly percent: number;
  readonly delayMs: number;
  readonly part: PartName;
}

const random = SeededRandom.fromEnvironment('crash drill');
const schedule = plan();

let folder: string;
let demo: DemoUnderTest;
let recording: Recording;

/** Every part at least twice; moments where the replay reports its progress, all different. */
function plan(): Crash[] {
  const parts = random.shuffled([...PARTS, ...PARTS, random.pick(PARTS), random.pick(PARTS)]);
  const moments = random.shuffled(Array.from({ length: 18 }, (_, index) => 5 * (index + 1)));
  const chosen = moments.slice(0, KILLS).toSorted((a, b) => a - b);
  return chosen.map((percent, index) => ({
    percent,
    delayMs: random.below(LONGEST_EXTRA_DELAY_MS),
    part: parts[index]!,
  }));
}

beforeAll(async () => {
  recording = await recordingAtHand(random);
  folder = await demoFolder();
  demo = await DemoUnderTest.start(folder, ['--ports', 'auto', '--only', 'social']);
}, LIMIT_MS);

afterAll(async () => {
  await demo.stop();
  await removeFolder(folder);
  await removeIfMadeUp(recording);
}, LIMIT_MS);

function replayed(): Program {
  const args = ['replay', recording.folder, '--dir', folder, '--verify-patience', '90'];
  return new Program({ script: 'apps/simulator/dist/main.cjs', args });
}

async function expectTotals(): Promise<void> {
  const actual = await totalsOfAll(demo.endpoints['social-feed'], recording.posts.keys());
  expect(inOrder(actual)).toEqual(inOrder(recordedTotals(recording)));
}

function inOrder<T>(totals: ReadonlyMap<string, T>): [string, T][] {
  return [...totals].toSorted(([a], [b]) => a.localeCompare(b));
}

/** Waits until the replay says that it is so far. Returns false when it ended before. */
async function reached(replay: Program, percent: number): Promise<boolean> {
  for (;;) {
    const last = [...replay.stdout.matchAll(/^(\d+)% /gm)].at(-1);
    if (Number(last?.[1] ?? 0) >= percent) return true;
    if (!replay.isRunning) return false;
    await replay.nextWords();
  }
}

describe(`a replay during which parts are killed (seed ${random.seed})`, () => {
  it(
    `survives ${schedule.map(({ percent, part }) => `${part} at ${percent} %`).join(', ')}`,
    async () => {
      const replay = replayed();
      let crashes = 0;
      for (const { percent, delayMs, part } of schedule) {
        if (!(await reached(replay, percent))) break;
        await delay(delayMs);
        await demo.crash(part);
        crashes += 1;
      }
      const exit = await replay.exit;
      const words = `${replay.stdout}\n${replay.stderr}\n${demo.program.stdout}`;
      expect({ crashes, ...exit, words }).toEqual({ crashes: KILLS, code: 0, signal: null, words });
    },
    LIMIT_MS,
  );

  it('has the totals of the files, of every post', expectTotals, LIMIT_MS);

  it(
    'has lost no event, repeated none with another content, and kept the order of each post',
    async () => {
      const source = { bootstrapServers: demo.endpoints.broker, registryUrl: demo.endpoints.registry };
      const { problems, duplicates } = checkTopics(await readTopics(source, recording), recording);
      process.stderr.write(`crash drill: ${duplicates} records are there twice, as the same event\n`);
      expect(problems).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'changes nothing when it is run again',
    async () => {
      const replay = replayed();
      expect({ ...(await replay.exit), stderr: replay.stderr }).toEqual({ code: 0, signal: null, stderr: '' });
      expect(replay.stdout).toContain(`The totals of every post are equal: ${recording.posts.size} posts.`);
      await expectTotals();
    },
    LIMIT_MS,
  );
});
