import type { BrokerServices } from '../request-context.ts';
import type { Connection } from '../network/index.ts';
import type { PartitionRead } from './partition-read.ts';

/**
 * Waits until one of the partitions has something new, time is up, the client is gone or the broker stops.
 * Returns at once when a partition moved since it was read.
 *
 * @returns whether to read again; false when the wait is over for good.
 */
export function awaitData(
  broker: BrokerServices,
  connection: Connection,
  reads: readonly PartitionRead[],
  waitMs: number,
): Promise<boolean> {
  if (waitMs <= 0 || connection.isClosed || broker.stopping.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const releases: (() => void)[] = [];
    const finish = (readAgain: boolean): void => {
      for (const release of releases) release();
      releases.length = 0;
      resolve(readAgain);
    };
    for (const { log } of reads) {
      if (log !== undefined) releases.push(log.onHighWatermark(() => finish(true)));
    }
    // It may have moved between the read and this listener.
    if (reads.some(({ log, highWatermark }) => log !== undefined && log.highWatermark !== highWatermark)) {
      finish(true);
      return;
    }
    const timer = broker.clock.schedule(waitMs, () => finish(false));
    const onStop = (): void => finish(false);
    broker.stopping.addEventListener('abort', onStop, { once: true });
    releases.push(
      () => timer.cancel(),
      () => broker.stopping.removeEventListener('abort', onStop),
      connection.onClose(() => finish(false)),
    );
  });
}
