/** Reads what a topic holds now, from its first record to its end at the time of asking. */
import type { KafkaClient, RawRecord, RecordCursor } from '../client/index.ts';

export interface ScannedRecord extends RawRecord {
  readonly partition: number;
}

const options = {
  isolation: 'read-committed',
  maxWaitMs: 200,
  maxBytesPerPartition: 1024 * 1024,
  maxBufferedBytesPerPartition: 2 * 1024 * 1024,
} as const;

function recordAt(cursor: RecordCursor, partition: number): ScannedRecord {
  const { source, keyStart, keyEnd, valueStart, valueEnd } = cursor;
  const copy = (start: number, end: number): Buffer | null =>
    start < 0 ? null : Buffer.from(source.subarray(start, end));
  return {
    partition,
    offset: BigInt(cursor.offset),
    timestampMs: cursor.timestampMs,
    key: copy(keyStart, keyEnd),
    value: copy(valueStart, valueEnd),
    headers: cursor.headers(),
  };
}

/**
 * Calls for each record; partitions in turn, each in order of offset. What `onRecord` returns ends the scan when it is false.
 * @throws when the broker does not answer.
 */
export async function scanTopic(
  client: KafkaClient,
  topic: string,
  partitions: number,
  onRecord: (record: ScannedRecord) => unknown,
): Promise<void> {
  let arrived = Promise.withResolvers<undefined>();
  const reader = client.openLogReader(options, {
    onArrival: () => arrived.resolve(undefined),
    // Retention was faster: what is gone is no letter any more.
    onOffsetOutOfRange: (_, partition) => lost.add(partition),
  });
  const lost = new Set<number>();
  try {
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const ranges = await reader.offsets(topic, numbers);
    for (const partition of numbers) {
      const { earliest, latest } = ranges.get(partition) ?? { earliest: 0, latest: 0 };
      if (earliest >= latest) continue;
      reader.assign(topic, partition, earliest);
      for (let next = earliest; next < latest && !lost.has(partition);) {
        const chunk = reader.take(topic, partition);
        if (!chunk) {
          await arrived.promise;
          arrived = Promise.withResolvers<undefined>();
          continue;
        }
        const cursor = chunk.records();
        while (cursor.next() && cursor.offset < latest) if (onRecord(recordAt(cursor, partition)) === false) return;
        next = chunk.nextOffset;
      }
      reader.unassign(topic, partition);
    }
  } finally {
    await reader.close();
  }
}
