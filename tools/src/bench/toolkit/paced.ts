/** Milliseconds of the epoch, with their fractions: to be held against another process's clock. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Does a piece of work so often a second, for so long, whether the ones before are through or not; resolves when all are. */
export async function atRate(
  perSecond: number,
  seconds: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  const total = perSecond * seconds;
  const startedMs = performance.now();
  const running: Promise<void>[] = [];
  const through = Promise.withResolvers<undefined>();
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) * perSecond) / 1000));
    while (running.length < due) running.push(work(running.length));
    if (running.length === total) through.resolve(undefined);
  }, 1);
  await through.promise;
  clearInterval(timer);
  await Promise.all(running);
}
