/** Reads a lesson's topic as any reader would, from its beginning on, and goes on. */
import type { Isolation, KafkaClient, LogReader } from '@headwater/messaging';

export interface FollowedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer | null;
}

export interface Follower {
  /** Whether everything was seen that could be read when the broker last answered. */
  isCaughtUp(): boolean;
  close(): Promise<void>;
}

const LIMITS = { maxWaitMs: 200, maxBytesPerPartition: 1024 ** 2, maxBufferedBytesPerPartition: 1024 ** 2 };

/** @param partitions how many the topic has */
export function followTopic(
  kafka: KafkaClient,
  topic: string,
  partitions: number,
  isolation: Isolation,
  onRecord: (record: FollowedRecord) => void,
): Follower {
  const reader = openReader(kafka, isolation, onRecord);
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  for (const partition of numbers) reader.assign(topic, partition, 0);
  return followerOf(reader, topic, numbers);
}

/** The same, of what is written after the call. @throws when the broker does not answer */
export async function followTopicFromEnd(
  kafka: KafkaClient,
  topic: string,
  partitions: number,
  onRecord: (record: FollowedRecord) => void,
): Promise<Follower> {
  const reader = openReader(kafka, 'read-committed', onRecord);
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  const ranges = await reader.offsets(topic, numbers);
  for (const partition of numbers) reader.assign(topic, partition, ranges.get(partition)?.latest ?? 0);
  return followerOf(reader, topic, numbers);
}

function openReader(kafka: KafkaClient, isolation: Isolation, onRecord: (record: FollowedRecord) => void): LogReader {
  const reader = kafka.openLogReader(
    { isolation, ...LIMITS },
    {
      onArrival: (topic, partition) => takeAll(reader, topic, partition, onRecord),
      // Where a log begins later than at its first offset, what is there is read.
      onOffsetOutOfRange: (topic, partition) => void assignEarliest(reader, topic, partition),
    },
  );
  return reader;
}

function followerOf(reader: LogReader, topic: string, partitions: readonly number[]): Follower {
  return {
    isCaughtUp: () => partitions.every((partition) => reader.isCaughtUp(topic, partition)),
    close: () => reader.close(),
  };
}

/** Every record that is in the topic's one partition now. @throws when the broker does not answer */
export async function readTopic(kafka: KafkaClient, topic: string): Promise<FollowedRecord[]> {
  const records: FollowedRecord[] = [];
  const done = Promise.withResolvers<undefined>();
  const reader = kafka.openLogReader(
    { isolation: 'read-uncommitted', ...LIMITS },
    {
      onArrival: () => {
        takeAll(reader, topic, 0, (record) => records.push(record));
        if (reader.isCaughtUp(topic, 0)) done.resolve(undefined);
      },
      onOffsetOutOfRange: () => done.resolve(undefined),
    },
  );
  try {
    const range = (await reader.offsets(topic, [0])).get(0);
    if (range === undefined || range.latest === range.earliest) return [];
    reader.assign(topic, 0, range.earliest);
    await done.promise;
    return records;
  } finally {
    await reader.close();
  }
}

function takeAll(
  reader: LogReader,
  topic: string,
  partition: number,
  onRecord: (record: FollowedRecord) => void,
): void {
  for (let chunk = reader.take(topic, partition); chunk !== undefined; chunk = reader.take(topic, partition)) {
    const cursor = chunk.records();
    while (cursor.next()) {
      const { offset, source, keyStart, keyEnd, valueStart, valueEnd } = cursor;
      onRecord({
        partition,
        offset,
        key: keyStart < 0 ? '' : source.toString('utf8', keyStart, keyEnd),
        value: valueStart < 0 ? null : Buffer.from(source.subarray(valueStart, valueEnd)),
      });
    }
  }
}

async function assignEarliest(reader: LogReader, topic: string, partition: number): Promise<void> {
  const ranges = await reader.offsets(topic, [partition]).catch(() => undefined);
  reader.assign(topic, partition, ranges?.get(partition)?.earliest ?? 0);
}
