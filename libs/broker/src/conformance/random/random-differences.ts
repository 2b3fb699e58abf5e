/** Which of the differences that random requests meet are accepted: those of docs/conformance.md, told by the request. */
import { acceptanceOf, acceptedDifferences, type AcceptedDifference } from '../accepted-differences.ts';
import type { RandomDifference } from './random-sequence.ts';

/** The accepted difference that a difference is, if it is one. */
export function acceptanceOfRandom(difference: RandomDifference): AcceptedDifference | undefined {
  return acceptanceOf(difference) ?? acceptedDifferences.find(({ random }) => random?.(difference) === true);
}
