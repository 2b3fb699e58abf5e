/** Suites that need something of the machine, and the reason when they are skipped. For test files alone. */
export { describeUnless } from './describe-unless.ts';
