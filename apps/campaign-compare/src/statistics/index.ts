/**
 * Statistics of proportions: Wilson's interval, Newcombe's interval of a difference, two tests and the rule which of them is used, and
 * Holm's correction for many looks. Pure functions of counts.
 */
export { newcombeInterval, wilsonInterval, type Interval, type Proportion } from './proportion.ts';
export {
  compareProportions,
  fishersExact,
  holm,
  leastExpected,
  testMethods,
  twoProportionZ,
  type TestMethod,
  type TestResult,
} from './significance.ts';
