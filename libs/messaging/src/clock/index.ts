/** Time and pauses, so that a test can move the one and foresee the other. */
export { pauseMs, type Backoff } from './backoff.ts';
export { systemClock, type Clock } from './clock.ts';
