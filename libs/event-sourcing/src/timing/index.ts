/** Waiting that can be ended. */
export { sleep } from './sleep.ts';
export { WakeUp } from './wake-up.ts';
