/**
 * Recorded real life through the whole of MySocialMedia: the demo as `npm start` runs it, the trace as `npm run simulate`
 * replays it, the totals counted over the files.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoUnderTest, demoFolder, removeFolder } from './demo-under-test.ts';
import { Program } from './program.ts';
import { recordedTotals, recordingAtHand, removeIfMadeUp, type Recording } from './recording.ts';
import { SeededRandom } from './seeded-random.ts';
import { totalsOfAll } from './social-api.ts';
import { readTopics } from './read-topics.ts';
import { checkTopics } from './topic-rules.ts';

const LIMIT_MS = 240_000;

let folder: string;
let demo: DemoUnderTest;
let recording: Recording;

beforeAll(async () => {
  recording = await recordingAtHand(SeededRandom.fromEnvironment('replay'));
  folder = await demoFolder();
  demo = await DemoUnderTest.start(folder, ['--ports', 'auto', '--only', 'social']);
}, LIMIT_MS);

afterAll(async () => {
  await demo.stop();
  await removeFolder(folder);
  await removeIfMadeUp(recording);
}, LIMIT_MS);

function replay(): Program {
  return new Program({ script: 'apps/simulator/dist/main.cjs', args: ['replay', recording.folder, '--dir', folder] });
}

async function differences(): Promise<string[]> {
  const actual = await totalsOfAll(demo.endpoints['social-feed'], recording.posts.keys());
  return [...recordedTotals(recording)].flatMap(([postId, { likes, comments }]) => {
    const totals = actual.get(postId);
    if (totals?.likes === likes && totals.comments === comments) return [];
    return [`post ${postId}: ${JSON.stringify(totals)}, not ${likes} likes, ${comments} comments`];
  });
}

describe('a replay of recorded real life', () => {
  it(
    'leads to the totals that the files hold, of every post',
    async () => {
      const program = replay();
      expect({ ...(await program.exit), stderr: program.stderr }).toEqual({ code: 0, signal: null, stderr: '' });
      expect(program.stdout).toContain(`The totals of every post are equal: ${recording.posts.size} posts.`);
      expect(await differences()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'leaves each event in its topic, in the order of its post',
    async () => {
      const source = { bootstrapServers: demo.endpoints.broker, registryUrl: demo.endpoints.registry };
      const { problems } = checkTopics(await readTopics(source, recording), recording);
      expect(problems).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'changes nothing when it is run again',
    async () => {
      expect(await replay().exit).toEqual({ code: 0, signal: null });
      expect(await differences()).toEqual([]);
    },
    LIMIT_MS,
  );
});
