/**
 * The order of the suites: the long ones first, so that none of them runs alone at the end. How long a suite takes is known only after a
 * first run, and a clean checkout has had none; black boxes take longer than servers, and those longer than what needs no process.
 * Black boxes start whole demos: other suites come between them, so that few of them run at the same time.
 */
import TestSequencer from '@jest/test-sequencer';

/** Suites that the other workers get through while a black box runs. */
const betweenBlackBoxes = 8;

export default class LongSuitesFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const ofKind = (kind) => sorted.filter(({ path }) => path.endsWith(`.${kind}.spec.ts`));
    const [blackBoxes, servers] = [ofKind('e2e'), ofKind('int')];
    const others = sorted.filter((suite) => !blackBoxes.includes(suite) && !servers.includes(suite));
    const mixed = blackBoxes.flatMap((suite) => [suite, ...servers.splice(0, betweenBlackBoxes)]);
    return [...mixed, ...servers, ...others];
  }
}
