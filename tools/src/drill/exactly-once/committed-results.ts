/**
 * What a reader of what is committed sees of one way of handling, checked as it comes: each message has one outcome, its result or its
 * dead letter, and both topics have a key's messages in their order.
 */
import { deadLetterTopicOf } from '@headwater/contracts';
import { headerNames, MessageHeaders, type KafkaClient, type LogReader } from '@headwater/messaging';
import { drillTopic, idOf } from '../consumer/drill-topic.ts';
import { promise, Violation } from '../violation.ts';
import { groupOf, outcomeOf, results, type Kind } from './results.ts';

export class CommittedResults {
  results = 0;
  deadLetters = 0;
  private readonly places: Readonly<Record<'result' | 'letter', Map<string, number>>> = {
    result: new Map(),
    letter: new Map(),
  };
  private readonly reader: LogReader;
  private readonly letterTopic: string;
  /** Partitions of each topic, and the offset up to which each was read. */
  private readonly positions = new Map<string, number[]>();
  private violation: Violation | undefined;

  constructor(
    private readonly kind: Kind,
    private readonly seed: number,
    client: KafkaClient,
  ) {
    this.letterTopic = deadLetterTopicOf(drillTopic, groupOf(kind));
    this.reader = client.openLogReader(
      {
        isolation: 'read-committed',
        maxWaitMs: 100,
        maxBytesPerPartition: 256 * 1024,
        maxBufferedBytesPerPartition: 1024 * 1024,
      },
      {
        onArrival: (topic, partition) => this.takeAll(topic, partition),
        onOffsetOutOfRange: (topic, partition, offset) => {
          this.violation ??= new Violation('what was committed stays', `${topic}-${partition} lost offset ${offset}`);
        },
      },
    );
    this.positions.set(results[kind].name, Array<number>(results[kind].partitions).fill(0));
    this.positions.set(this.letterTopic, Array<number>(drillTopic.partitions).fill(0));
    for (const [topic, positions] of this.positions)
      for (const partition of positions.keys()) this.reader.assign(topic, partition, 0);
  }

  /** How many messages have their outcome. @throws Violation */
  seen(): number {
    if (this.violation) throw this.violation;
    return this.results + this.deadLetters;
  }

  /** Whether everything was read that is committed now. @throws when the broker does not answer. */
  async isThrough(): Promise<boolean> {
    for (const [topic, positions] of this.positions)
      for (const [partition, { latest }] of await this.reader.offsets(topic, [...positions.keys()]))
        if (positions[partition]! < latest) return false;
    return true;
  }

  async close(): Promise<void> {
    await this.reader.close();
  }

  private takeAll(topic: string, partition: number): void {
    try {
      for (let chunk = this.reader.take(topic, partition); chunk; chunk = this.reader.take(topic, partition)) {
        const cursor = chunk.records();
        while (cursor.next()) {
          const id = new MessageHeaders(cursor.headers()).text(headerNames.messageId);
          const key = cursor.source.toString('utf8', cursor.keyStart, cursor.keyEnd);
          this.take(topic === this.letterTopic ? 'letter' : 'result', key, id);
        }
        this.positions.get(topic)![partition] = chunk.nextOffset;
      }
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.violation ??= error;
    }
  }

  private take(as: 'result' | 'letter', key: string, id: string | undefined): void {
    const last = this.places[as].get(key) ?? -1;
    const next = this.next(as, key, last);
    promise(
      id === idOf(key, next),
      'each message has one outcome, in the order of its key',
      () => `${this.kind}: the ${as} after ${idOf(key, last)} is of ${id}, not of ${idOf(key, next)}`,
    );
    this.places[as].set(key, next);
    if (as === 'result') this.results += 1;
    else this.deadLetters += 1;
  }

  /** The next message of a key with this outcome. */
  private next(as: 'result' | 'letter', key: string, last: number): number {
    let place = last + 1;
    while ((outcomeOf(this.seed, key, place) === 'refused') !== (as === 'letter')) place += 1;
    return place;
  }
}
