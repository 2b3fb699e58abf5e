import { setTimeout as delay } from 'node:timers/promises';
import { createKafkajsClient, type LogReader, systemClock } from '@headwater/messaging';
import { partitions } from '../topics.ts';

const lookMs = 20;
const limits = {
  isolation: 'read-committed',
  maxWaitMs: 50,
  maxBytesPerPartition: 1024 * 1024,
  maxBufferedBytesPerPartition: 4 * 1024 * 1024,
} as const;

/** The sum of the last committed count of each key. @throws when it is not what was counted. */
export async function verifyCounts(bootstrapServers: string, topic: string, records: number): Promise<void> {
  const client = createKafkajsClient({
    clientId: 'bench-verify',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const reader = client.openLogReader(limits, { onArrival: () => undefined, onOffsetOutOfRange: () => undefined });
  const counts = new Map<string, number>();
  try {
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    for (const [partition, { earliest }] of await reader.offsets(topic, all)) {
      reader.assign(topic, partition, earliest);
      do {
        takeCounts(reader, topic, partition, counts);
        await delay(lookMs);
      } while (!reader.isCaughtUp(topic, partition));
      takeCounts(reader, topic, partition, counts);
    }
  } finally {
    await reader.close();
  }
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  if (sum !== records) throw new Error(`the counts' sum is ${sum}, not ${records}`);
}

function takeCounts(reader: LogReader, topic: string, partition: number, counts: Map<string, number>): void {
  for (let chunk = reader.take(topic, partition); chunk; chunk = reader.take(topic, partition)) {
    const cursor = chunk.records();
    while (cursor.next())
      counts.set(
        cursor.source.toString('latin1', cursor.keyStart, cursor.keyEnd),
        Number(cursor.source.readBigInt64BE(cursor.valueStart)),
      );
  }
}
