import { runRequests, type EnginePair, type RandomDifference, type SequenceResult } from './random-sequence.ts';
import type { SymbolicRequest } from './symbols.ts';

/** A sequence in which nothing can be left out without its difference going away. */
export interface ShrunkSequence {
  readonly requests: readonly SymbolicRequest[];
  readonly differences: readonly RandomDifference[];
}

/**
 * Leaves out requests, half of them at a time and then fewer, as long as the last one still differs in the same field.
 *
 * @param nextPrefix a prefix that no sequence has had.
 */
export async function shrink(
  engines: EnginePair,
  { requests, differences }: SequenceResult,
  nextPrefix: () => string,
): Promise<ShrunkSequence> {
  const wanted = keyOf(differences[0]!);
  // The first request creates the topics that all others are about.
  const first = requests.slice(0, 1);
  let kept = requests.slice(1, -1);
  let found = differences;
  const last = requests.slice(1).slice(-1);
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length;) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      const seen = await runRequests(engines, nextPrefix(), [...first, ...fewer, ...last]);
      if (seen.some((difference) => keyOf(difference) === wanted)) [kept, found] = [fewer, seen];
      else from += size;
    }
  }
  return { requests: [...first, ...kept, ...last], differences: found };
}

/** What a sequence is about: two with the same key are likely to have the same cause. */
export function keyOf({ request, field }: RandomDifference): string {
  return `${request} ${field}`;
}
