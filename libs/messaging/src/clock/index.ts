export { pauseMs, type Backoff } from './backoff.ts';
export { systemClock, type Clock } from './clock.ts';
