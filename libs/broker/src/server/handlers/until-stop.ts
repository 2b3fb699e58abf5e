/**
 * Ends the wait of a request for other clients (a rebalance) when the broker stops: it is answered what its client tries again, at the
 * next broker. What waits only for the disk is not cut short: it is served to its end.
 */
export function untilStop<T>(answer: Promise<T>, stopping: AbortSignal, refusal: () => T): Promise<T> {
  if (stopping.aborted) {
    answer.catch(() => undefined);
    return Promise.resolve(refusal());
  }
  return new Promise((resolve, reject) => {
    const refuse = (): void => resolve(refusal());
    stopping.addEventListener('abort', refuse, { once: true });
    const forget = (): void => stopping.removeEventListener('abort', refuse);
    answer.then(resolve, reject).finally(forget);
  });
}
