/** The replay command from the recording to the comparison; everything that it says goes to `output`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ReplayCommand } from './command-line.ts';
import { request } from 'undici';
import { findDemo, type DemoEndpoints } from './demo-endpoints.ts';
import { CommandSender } from './replay/command-sender.ts';
import { ProgressBar, type ProgressOutput } from './replay/progress-bar.ts';
import { replay, type ReplayResult } from './replay/replayer.ts';
import { systemClock } from './replay/replay-clock.ts';
import { expectedTotals, type Trace } from './replay/trace.ts';
import { SimulatorError } from './simulator-error.ts';
import { readStackExchange } from './stack-exchange/read-stack-exchange.ts';
import { feedReader } from './verify/feed-reader.ts';
import { verifyTotals, type Comparison } from './verify/verify-totals.ts';

/** Where the command runs. */
export interface ReplayPlace {
  readonly output: ProgressOutput;
  /** Folders against which a relative path is tried, the first that holds it wins. */
  readonly folders: readonly string[];
}

const SHOWN_REFUSALS = 10;
const SHOWN_DIFFERENCES = 20;
const VERIFY_CONCURRENCY = 16;

/** Runs a replay. Returns whether everything was acknowledged and, if asked, all totals are equal. */
export async function runReplay(command: ReplayCommand, place: ReplayPlace): Promise<boolean> {
  const folder = resolveFolder(command.folder, place.folders);
  const trace = await readStackExchange(folder);
  const demo = await findDemo({ ...command, from: place.folders, needsFeed: command.verify });
  await assertAnswers(demo);
  const say = (line: string): void => void place.output.write(`${line}\n`);
  const { post, like, comment } = countKinds(trace);
  say(`Replaying ${trace.name}: ${post} posts, ${like} likes, ${comment} comments to ${demo.postsUrl}`);
  for (const [reason, count] of Object.entries(trace.leftOut)) say(`  left out: ${count} ${reason}`);

  const result = await send(trace, command, demo.postsUrl, place.output);
  for (const line of resultLines(result.replay, result.retries)) say(line);
  if (!command.verify) return result.replay.refusals.length === 0;
  const comparison = await verify(trace, command, demo.feedUrl, place.output);
  for (const line of comparisonLines(comparison)) say(line);
  return result.replay.refusals.length === 0 && comparison.differences.length === 0;
}

const ANSWER_ATTEMPTS = 10;
const ANSWER_PAUSE_MS = 300;

/** Addresses may be those of a demo that was killed: that is said at once, not after minutes of repetitions. */
async function assertAnswers(demo: DemoEndpoints): Promise<void> {
  for (const url of [demo.postsUrl, demo.feedUrl].filter((address) => address !== '')) {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await request(`${url}/health/live`).then(
        async ({ body }) => body.dump(),
        (error: unknown) => new Error('no answer', { cause: error }),
      );
      if (!Error.isError(failure)) break;
      if (attempt === ANSWER_ATTEMPTS) {
        const message = `Nothing answers at ${url}: start the demo with \`npm start\` in another terminal, then run the replay again.`;
        throw new SimulatorError('DEMO_NOT_RUNNING', message, { cause: failure });
      }
      await systemClock.sleep(ANSWER_PAUSE_MS);
    }
  }
}

function resolveFolder(folder: string, bases: readonly string[]): string {
  const tried = bases.map((base) => resolve(base, folder));
  return tried.find((path) => existsSync(path)) ?? tried[0] ?? resolve(folder);
}

function countKinds(trace: Trace): Record<'post' | 'like' | 'comment', number> {
  const counts = { post: 0, like: 0, comment: 0 };
  for (const event of trace.events) counts[event.kind] += 1;
  return counts;
}

async function send(
  trace: Trace,
  command: ReplayCommand,
  url: string,
  output: ProgressOutput,
): Promise<{ readonly replay: ReplayResult; readonly retries: number }> {
  const progress = new ProgressBar(output, () => systemClock.nowMs());
  const sender = new CommandSender({
    url,
    concurrency: command.concurrency,
    giveUpAfterMs: command.giveUpAfterMs,
    clock: systemClock,
    random: Math.random,
    onRetry: (reason) => progress.retried(reason),
  });
  try {
    const result = await replay(trace, {
      speed: command.speed,
      concurrency: command.concurrency,
      clock: systemClock,
      send: (event) => sender.send(event),
      onProgress: (state) => progress.update(state),
    });
    return { replay: result, retries: progress.retryCount };
  } finally {
    progress.end();
    await sender.close();
  }
}

async function verify(
  trace: Trace,
  command: ReplayCommand,
  feedUrl: string,
  output: ProgressOutput,
): Promise<Comparison> {
  const feed = feedReader(feedUrl);
  output.write(`Comparing the totals at ${feedUrl} with the recording\n`);
  try {
    return await verifyTotals({
      expected: expectedTotals(trace),
      readTotals: feed.readTotals,
      clock: systemClock,
      patienceMs: command.verifyPatienceMs,
      concurrency: VERIFY_CONCURRENCY,
      onProgress: (equal, total) => {
        if (output.isTTY) output.write(`\r\x1b[2K  ${equal}/${total} posts are equal${equal === total ? '\n' : ''}`);
      },
    });
  } finally {
    await feed.close();
  }
}

function resultLines(result: ReplayResult, retries: number): string[] {
  const { post, like, comment } = result.acknowledged;
  const count = post + like + comment;
  const seconds = result.durationMs / 1000;
  const at = (percent: number): string => `p${percent} ${result.latency.percentileMs(percent).toFixed(1)} ms`;
  const lines = [
    `Acknowledged ${count} commands in ${seconds.toFixed(1)} s: ${Math.round(count / Math.max(seconds, 0.001))}/s (${post} posts, ${like} likes, ${comment} comments; ${retries} retries)`,
    `Latency ${[50, 90, 99].map(at).join(', ')}, longest ${result.latency.maxMs.toFixed(1)} ms`,
  ];
  if (result.refusals.length > 0) {
    lines.push(`REFUSED ${result.refusals.length} commands:`);
    for (const { event, reason } of result.refusals.slice(0, SHOWN_REFUSALS))
      lines.push(`  ${event.origin}: ${reason}`);
    if (result.refusals.length > SHOWN_REFUSALS) lines.push(`  and ${result.refusals.length - SHOWN_REFUSALS} more`);
  }
  return lines;
}

function comparisonLines(comparison: Comparison): string[] {
  const { expected, actual, differences } = comparison;
  const lines = [
    '            recording       feed',
    `  likes     ${String(expected.likes).padStart(9)}  ${String(actual.likes).padStart(9)}`,
    `  comments  ${String(expected.comments).padStart(9)}  ${String(actual.comments).padStart(9)}`,
  ];
  if (differences.length === 0) return [...lines, `All ${comparison.posts} posts have equal totals.`];
  lines.push(`${differences.length} of ${comparison.posts} posts DIFFER:`);
  for (const { postId, expected: wanted, actual: found } of differences.slice(0, SHOWN_DIFFERENCES)) {
    const feed = found ? `${found.likes} likes, ${found.comments} comments` : 'not there';
    lines.push(`  post ${postId}: recording ${wanted.likes} likes, ${wanted.comments} comments; feed ${feed}`);
  }
  if (differences.length > SHOWN_DIFFERENCES) lines.push(`  and ${differences.length - SHOWN_DIFFERENCES} more`);
  return lines;
}
