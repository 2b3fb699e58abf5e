/**
 * Compares what a service says of every thing with what was counted over the recording. Services are eventually consistent,
 * so a difference is looked at again until it is gone or nothing has changed for a while.
 */
import { type ReplayClock } from '../replay/replay-clock.ts';
import { type Check, type Facts, type GetAnswer } from './check.ts';

export interface VerifyOptions {
  readonly check: Check;
  readonly get: GetAnswer;
  readonly clock: ReplayClock;
  /** Ends the wait when no answer changed for so long. */
  readonly patienceMs: number;
  readonly onProgress?: (equal: number, total: number) => void;
}

/** A thing of which the service says something else. */
export interface Difference {
  readonly thing: string;
  readonly expected: Facts;
  readonly actual: Facts | undefined;
}

export interface Comparison {
  readonly things: number;
  readonly differences: readonly Difference[];
  /** Sums over all things of the facts that are numbers. */
  readonly expected: Readonly<Record<string, number>>;
  readonly actual: Readonly<Record<string, number>>;
}

const POLL_MS = 250;

/** Waits until all answers are equal, or no longer change; never rejects for a difference. */
export async function verifyAnswers(options: VerifyOptions): Promise<Comparison> {
  const { clock } = options;
  const { expected } = options.check;
  const actual = new Map<string, Facts | undefined>();
  let open = [...expected.keys()];
  let changedMs = clock.nowMs();
  for (;;) {
    for (const [thing, facts] of await readAll(open, options.check, options.get)) {
      if (!isSame(facts, actual.get(thing))) changedMs = clock.nowMs();
      actual.set(thing, facts);
    }
    open = open.filter((thing) => !isSame(expected.get(thing), actual.get(thing)));
    options.onProgress?.(expected.size - open.length, expected.size);
    if (open.length === 0 || clock.nowMs() - changedMs >= options.patienceMs) break;
    await clock.sleep(POLL_MS);
  }
  // An answer that was equal may have gone on since: an event that was counted twice shows only now.
  for (const [thing, facts] of await readAll([...expected.keys()], options.check, options.get))
    actual.set(thing, facts);
  return compare(expected, actual);
}

/** What a service says of each thing, asked once. */
export async function readAll(
  things: readonly string[],
  { read, concurrency }: Pick<Check, 'read' | 'concurrency'>,
  get: GetAnswer,
): Promise<[string, Facts | undefined][]> {
  const answers: [string, Facts | undefined][] = [];
  const queue = things.values();
  const worker = async (): Promise<void> => {
    for (const thing of queue) answers.push([thing, await read(thing, get)]);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return answers;
}

function compare(expected: ReadonlyMap<string, Facts>, actual: ReadonlyMap<string, Facts | undefined>): Comparison {
  const differences = [...expected]
    .map(([thing, facts]) => ({ thing, expected: facts, actual: actual.get(thing) }))
    .filter((each) => !isSame(each.expected, each.actual));
  return { things: expected.size, differences, expected: sums(expected.values()), actual: sums(actual.values()) };
}

function isSame(left: Facts | undefined, right: Facts | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => left[name] === right[name]);
}

function sums(all: Iterable<Facts | undefined>): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const facts of all) {
    for (const [name, value] of Object.entries(facts ?? {}))
      if (typeof value === 'number') totals[name] = (totals[name] ?? 0) + value;
  }
  return totals;
}
