import type { KafkaClient } from '@headwater/messaging';

/** Calls `take` with the key of each record of a partition from an offset on, up to where the partition ends now. */
export async function readKeys(
  client: KafkaClient,
  { topic, partition, from }: { readonly topic: string; readonly partition: number; readonly from: number },
  take: (key: string, offset: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let woken = Promise.withResolvers<undefined>();
  const wake = (): void => {
    woken.resolve(undefined);
    woken = Promise.withResolvers();
  };
  const reader = client.openLogReader(
    {
      isolation: 'read-committed',
      maxWaitMs: 100,
      maxBytesPerPartition: 1024 * 1024,
      maxBufferedBytesPerPartition: 2 * 1024 * 1024,
    },
    { onArrival: wake, onOffsetOutOfRange: () => reader.assign(topic, partition, 0) },
  );
  signal.addEventListener('abort', wake, { once: true });
  try {
    const { earliest, latest } = (await reader.offsets(topic, [partition])).get(partition)!;
    let position = Math.max(from, earliest);
    if (position < latest) reader.assign(topic, partition, position);
    while (position < latest && !signal.aborted) {
      const arrival = woken.promise;
      const chunk = reader.take(topic, partition);
      if (!chunk) {
        await arrival;
        continue;
      }
      const cursor = chunk.records();
      while (cursor.next())
        if (cursor.keyStart >= 0) take(cursor.source.toString('utf8', cursor.keyStart, cursor.keyEnd), cursor.offset);
      position = chunk.nextOffset;
    }
  } finally {
    signal.removeEventListener('abort', wake);
    await reader.close();
  }
}
