/**
 * Mends a timer of kafkajs 2.2.4 (network/requestQueue): after every answer it schedules a look at the waiting requests, also when
 * none waits, and then after `-1 - Date.now()` milliseconds. Node 24 reports each such timer as a TimeoutNegativeWarning and runs
 * it after 1 ms. A look is due only while a request waits: at the end of a throttle, or soon. A request that arrives later
 * schedules its own.
 */
import { kafkajsRequestQueue } from './kafkajs-internals.ts';

const RequestQueue = kafkajsRequestQueue as {
  prototype: { scheduleCheckPendingRequests: unknown };
};

const checkIntervalMs = 10;

interface QueueState {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

function scheduleCheckPendingRequests(this: QueueState): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const delayMs = Math.max(this.throttledUntil - Date.now(), checkIntervalMs);
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, delayMs);
}

/** Mends every connection that kafkajs opens from now on. Calling it again changes nothing. */
export function mendRequestQueueTimers(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}
