/** Many sequences of random requests: what `main.js random` and the comparison's test run. */
import { apis } from '../../protocol/index.ts';
import { commonVersions, servedVersions, warmUp } from '../run-scenario.ts';
import { runRandomSequence, type DrawnApi, type EnginePair } from './random-sequence.ts';
import { RandomSource } from './random-source.ts';
import { keyOf, shrink, type ShrunkSequence } from './shrink.ts';

export interface RandomComparisonOptions {
  readonly seed: number;
  /** How many requests to send at least, in sequences of up to {@link SEQUENCE_LENGTH}. */
  readonly requests: number;
  /** Only these APIs, by name; default: all that both serve and that can be compared. */
  readonly apis?: readonly string[] | undefined;
  /** Ends after so many sequences that differ in ways of their own. Default 1. */
  readonly failures?: number | undefined;
  /** Told after each sequence how many requests were sent. */
  readonly onProgress?: (requests: number) => void;
  readonly onFailure?: (failure: RandomFailure) => void;
}

/** A sequence whose answers differ. */
export interface RandomFailure extends ShrunkSequence {
  readonly seed: number;
}

export interface RandomComparison {
  readonly requests: number;
  readonly failures: readonly RandomFailure[];
}

const SEQUENCE_LENGTH = 60;
const SHOWN_FIELDS = 10;

/** How often an API is drawn; 1 for what is not here. */
const WEIGHTS: Readonly<Record<string, number>> = {
  Produce: 8,
  Fetch: 6,
  JoinGroup: 4,
  SyncGroup: 3,
  OffsetCommit: 3,
  ListOffsets: 3,
};
/** What random requests cannot compare. */
const LEFT_OUT = new Set(['ApiVersions', 'WriteTxnMarkers', 'ConsumerGroupHeartbeat', 'ConsumerGroupDescribe']);

/** The APIs to draw from. */
async function drawnApis({ headwater, kafka }: EnginePair, only?: readonly string[]): Promise<DrawnApi[]> {
  const [ours, theirs] = await Promise.all([servedVersions(headwater), servedVersions(kafka)]);
  return apis
    .filter(({ name }) => (only === undefined ? !LEFT_OUT.has(name) : only.includes(name)))
    .map((api) => ({ api, versions: versionsOf(api.name, commonVersions(api, ours, theirs)) }))
    .filter(({ versions }) => versions.length > 0)
    .flatMap((drawn) => Array.from({ length: WEIGHTS[drawn.api.name] ?? 1 }, () => drawn));
}

/** JoinGroup 0 waits for a whole session before it forgets a member. */
function versionsOf(api: string, versions: readonly number[]): readonly number[] {
  return api === 'JoinGroup' ? versions.filter((version) => version > 0) : versions;
}

/** Runs sequences until there were enough requests or failures. */
export async function compareRandomly(
  engines: EnginePair,
  { seed, requests, apis: only, failures: limit = 1, onProgress, onFailure }: RandomComparisonOptions,
): Promise<RandomComparison> {
  await Promise.all([warmUp(engines.headwater), warmUp(engines.kafka)]);
  const drawn = await drawnApis(engines, only);
  const seeds = new RandomSource(seed);
  const run = Math.floor(Date.now() / 1000).toString(36);
  let prefixes = 0;
  const nextPrefix = (): string => `cf-random-${run}-${++prefixes}`;
  const failures: RandomFailure[] = [];
  const seen = new Set<string>();
  let sent = 0;
  for (let index = 0; sent < requests && failures.length < limit; index++) {
    // The first sequence has the seed itself, so that a failure is run again by its own.
    const own = index === 0 ? seed : seeds.below(2 ** 31);
    const result = await runRandomSequence(engines, nextPrefix(), own, SEQUENCE_LENGTH, drawn);
    sent += result.requests.length;
    onProgress?.(sent);
    if (result.differences.length === 0) continue;
    const key = keyOf(result.differences[0]!);
    if (seen.has(key)) continue;
    seen.add(key);
    const failure = { seed: own, ...(await shrink(engines, result, nextPrefix)) };
    failures.push(failure);
    onFailure?.(failure);
  }
  return { requests: sent, failures };
}

/** A failure as a person reads it: how to run it again, the requests, and what differs. */
export function describeFailure({ seed, requests, differences }: RandomFailure): string {
  const lines = requests.map(
    ({ step, api, version, body }) => `  ${step}. ${api.name} v${version} ${JSON.stringify(body)}`,
  );
  const fields = differences.map(
    ({ field, headwater, kafka }) =>
      `  ${field} is ${JSON.stringify(headwater)} here and ${JSON.stringify(kafka)} there`,
  );
  const more = fields.length > SHOWN_FIELDS ? [`  and ${fields.length - SHOWN_FIELDS} more`] : [];
  return [`Seed ${seed} differs:`, ...lines, ...fields.slice(0, SHOWN_FIELDS), ...more].join('\n');
}
