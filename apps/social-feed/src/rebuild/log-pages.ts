/**
 * The topics of the read model from their beginning, in pages: of each topic in turn the messages of one partition, as far as they have
 * arrived.
 */
import type { TopicContract } from '@headwater/contracts';
import {
  isUnreadable,
  MessageReader,
  type EventCodec,
  type KafkaClient,
  type LogReader,
  type RawRecord,
  type TopicMessage,
} from '@headwater/messaging';

/** Messages of one partition, in order. */
export interface LogPage {
  readonly topic: TopicContract;
  readonly messages: readonly TopicMessage[];
}

interface Place {
  readonly topic: TopicContract;
  readonly partition: number;
  readonly reader: MessageReader;
  /** Where the next page begins. */
  position: number;
}

const limits = {
  isolation: 'read-committed',
  maxWaitMs: 100,
  maxBytesPerPartition: 512 * 1024,
  maxBufferedBytesPerPartition: 1024 * 1024,
} as const;

export class LogPages {
  private readonly log: LogReader;
  private readonly places: Place[];
  private arrival = Promise.withResolvers<undefined>();

  constructor(
    client: KafkaClient,
    codec: EventCodec,
    private readonly topics: readonly TopicContract[],
  ) {
    this.log = client.openLogReader(limits, {
      onArrival: () => this.wake(),
      // Retention took what was to be read next: what is left is read from its beginning.
      onOffsetOutOfRange: (topic, partition) => this.log.assign(topic, partition, 0),
    });
    this.places = topics.flatMap((topic) => {
      const reader = new MessageReader(topic, codec);
      return Array.from({ length: topic.partitions }, (_, partition) => ({ topic, partition, reader, position: 0 }));
    });
  }

  /** Begins to read. @returns how many records there are now. */
  async begin(): Promise<number> {
    let records = 0;
    for (const [place, { earliest, latest }] of await this.ranges()) {
      place.position = earliest;
      records += latest - earliest;
      this.log.assign(place.topic.name, place.partition, earliest);
    }
    return records;
  }

  /** What everything before is read when it is reached, and how many records lie before it. */
  async ends(): Promise<{ readonly isReached: () => boolean; readonly left: () => number }> {
    const ends = await this.ranges();
    const left = (): number =>
      [...ends].reduce((sum, [place, { latest }]) => sum + Math.max(0, latest - place.position), 0);
    return { left, isReached: () => left() === 0 };
  }

  /** The next page of each partition that has one; waits until there is one. */
  async *next(signal: AbortSignal): AsyncGenerator<LogPage> {
    const { promise } = this.arrival;
    let isEmpty = true;
    for (const place of this.places) {
      const chunk = this.log.take(place.topic.name, place.partition);
      if (!chunk) continue;
      isEmpty = false;
      const messages: TopicMessage[] = [];
      const cursor = chunk.records();
      while (cursor.next()) {
        const { source, keyStart, keyEnd, valueStart, valueEnd, offset, timestampMs } = cursor;
        const partOf = (start: number, end: number): Buffer | null => (start < 0 ? null : source.subarray(start, end));
        const record = {
          key: partOf(keyStart, keyEnd),
          value: partOf(valueStart, valueEnd),
          headers: cursor.headers(),
        };
        const message = await readableOf(place, { ...record, offset: BigInt(offset), timestampMs });
        if (message) messages.push(message);
      }
      if (messages.length > 0) yield { topic: place.topic, messages };
      place.position = chunk.nextOffset;
    }
    if (!isEmpty) return;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    await Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
  }

  /** Reads on from here when what was read since then came to nothing. */
  bookmark(): () => void {
    const positions = this.places.map(({ position }) => position);
    return () => {
      for (const [index, place] of this.places.entries()) {
        place.position = positions[index]!;
        this.log.assign(place.topic.name, place.partition, place.position);
      }
    };
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  private wake(): void {
    this.arrival.resolve(undefined);
    this.arrival = Promise.withResolvers();
  }

  private async ranges() {
    const ranges = new Map<Place, { readonly earliest: number; readonly latest: number }>();
    for (const { name, partitions } of this.topics) {
      const all = Array.from({ length: partitions }, (_, partition) => partition);
      for (const [partition, range] of await this.log.offsets(name, all))
        ranges.set(
          this.places.find((each) => each.topic.name === name && each.partition === partition)!,
          range,
        );
    }
    return ranges;
  }
}

/** What never will be a message is among the dead letters of the subscription, which has not applied it either. */
async function readableOf({ reader, partition }: Place, record: RawRecord): Promise<TopicMessage | undefined> {
  try {
    return await reader.read(partition, record);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
