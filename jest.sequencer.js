/**
 * The order of the suites: the long ones first, so that none of them runs alone at the end. How long a suite takes is known only after a
 * first run, and a clean checkout has had none; black boxes take longer than servers, and those longer than what needs no process.
 */
import TestSequencer from '@jest/test-sequencer';

const kinds = ['.e2e.spec.ts', '.int.spec.ts', '.unit.spec.ts'];
const rankOf = ({ path }) => kinds.findIndex((kind) => path.endsWith(kind));

export default class LongSuitesFirst extends TestSequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((left, right) => rankOf(left) - rankOf(right));
  }
}
