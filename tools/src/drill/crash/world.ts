/** One broker's folder with all that was ever done to it: the actors of the load, and what must hold after each crash. */
import { BrokerClient, ConnectionLost } from '../broker/broker-client.ts';
import { readPartition, type PartitionContent, type ReadRecord } from '../broker/partition-reader.ts';
import { createTopic, expectNone, metadata, type NewTopic, type TopicPartition } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { Violation } from '../violation.ts';
import type { Actor } from './actor.ts';
import { BatchMaker } from './batch-maker.ts';
import { KeyedJournal } from './keyed-journal.ts';
import { committedOffset, OffsetCommitter } from './offset-committer.ts';
import { payloadLabel } from './payload.ts';
import { RecordDeleter } from './record-deleter.ts';
import { IdempotentJournal, PlainJournal, type FoundRecord, type StreamJournal } from './stream-journal.ts';
import { StreamProducer } from './stream-producer.ts';
import { TailReader } from './tail-reader.ts';
import { Tolerance } from './tolerance.ts';
import { TopicAdministrator } from './topic-administrator.ts';
import { TransactionJournal } from './transaction-journal.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** Rolls segments all the time and never forgets by time. */
const kept = { 'segment.ms': '1000', 'retention.ms': '-1', 'index.interval.bytes': '512' };
const TOPICS: readonly NewTopic[] = [
  { name: 'plain', partitions: 2, config: kept },
  {
    name: 'stamped',
    partitions: 1,
    config: { ...kept, 'message.timestamp.type': 'LogAppendTime', 'segment.ms': '60' },
  },
  { name: 'idempotent', partitions: 2, config: kept },
  { name: 'transactions', partitions: 2, config: kept },
  {
    name: 'compacted',
    partitions: 2,
    config: {
      ...kept,
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '50',
      'min.compaction.lag.ms': '0',
    },
  },
];

const place = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/** What was counted, for the summary. */
export interface WorldCounts {
  acknowledged: number;
  committed: number;
  aborted: number;
  offsets: number;
  changes: number;
  read: number;
}

export class World {
  readonly folder: string;
  readonly #random: Random;
  readonly #tolerance: Tolerance;
  readonly #streams = new Map<string, StreamJournal>();
  readonly #producers: StreamProducer[] = [];
  readonly #transactional: TransactionalProducer[] = [];
  readonly #committers: OffsetCommitter[] = [];
  readonly #readers: TailReader[] = [];
  readonly #administrator: TopicAdministrator;
  readonly #deleter: RecordDeleter;
  #readCount = 0;

  constructor(folder: string, random: Random, tolerance = new Tolerance(false)) {
    this.folder = folder;
    this.#tolerance = tolerance;
    this.#random = random;
    const plain = [
      { topic: 'plain', partition: 0 },
      { topic: 'plain', partition: 1 },
      { topic: 'stamped', partition: 0 },
    ];
    for (const where of plain) {
      this.#addStream(new PlainJournal(`all:${place(where)}`, where), -1, false);
      this.#addStream(new PlainJournal(`one:${place(where)}`, where), 1, false);
      this.#readers.push(new TailReader(where, this.#streams, tolerance));
    }
    for (const partition of [0, 1]) {
      const where = { topic: 'idempotent', partition };
      this.#addStream(new IdempotentJournal(`a:${place(where)}`, where), -1, true);
      this.#addStream(new IdempotentJournal(`b:${place(where)}`, where), -1, true);
      const keyed = { topic: 'compacted', partition };
      this.#addStream(new KeyedJournal(`k:${place(keyed)}`, keyed), -1, true);
      this.#committers.push(new OffsetCommitter(`readers-${partition}`, where, random.fork(), tolerance));
    }
    const partitions = [0, 1].map((partition) => ({ topic: 'transactions', partition }));
    for (const generation of [1, 2] as const) {
      const journal = new TransactionJournal(`generation-${generation}`);
      const options = {
        random: random.fork(),
        batches: new BatchMaker(random.fork()),
        partitions,
        generation,
        tolerance,
      };
      this.#transactional.push(new TransactionalProducer(journal, options));
    }
    this.#administrator = new TopicAdministrator(random.fork(), new BatchMaker(random.fork()), tolerance);
    this.#deleter = new RecordDeleter(plain[0]!, random.fork(), tolerance);
  }

  /** Ends in doubt what the last broker left open, then compares all with what was promised. @throws Violation, ConnectionLost. */
  async check(port: number): Promise<void> {
    const client = await BrokerClient.connect(port);
    try {
      await this.#createTopics(client);
      for (const producer of this.#transactional) await producer.settle(client);
      for (const { name, partitions } of TOPICS)
        for (let partition = 0; partition < partitions; partition++)
          await this.#checkPartition(client, { topic: name, partition });
      await this.#checkTransactions(client);
      for (const committer of this.#committers) await committer.check(client);
      await this.#administrator.check(client);
    } finally {
      client.close();
    }
  }

  /** Uses the broker until it is gone, or `ending` says so. */
  async load(port: number, ending: AbortSignal, onViolation: (violation: unknown) => void): Promise<void> {
    const actors: Actor[] = [
      ...this.#producers,
      ...this.#transactional,
      ...this.#committers,
      ...this.#readers,
      this.#administrator,
      this.#deleter,
    ];
    const run = async (actor: Actor): Promise<void> => {
      try {
        await actor.run(port, ending);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) onViolation(error);
      }
    };
    await Promise.all(actors.map(run));
  }

  /** The broker ended while its disk failed. */
  doubtRefusals(): void {
    for (const journal of this.#streams.values()) journal.doubtRefusals();
  }

  /** What each part of the load has done so far, by its name; each number rises while that part gets on. */
  progress(): Map<string, number> {
    return new Map([
      ...[...this.#streams.values()].map(({ name, acknowledged }): [string, number] => [name, acknowledged.size]),
      ...this.#transactional.map(({ journal }): [string, number] => [journal.name, journal.transactions.length]),
      ...this.#committers.map(({ acknowledgedCount }, index): [string, number] => [
        `committer ${index}`,
        acknowledgedCount,
      ]),
      ['topics', this.#administrator.changeCount],
    ]);
  }

  /** What the slow parts wait for, for the message of a failure. */
  describeWork(): string {
    const work = this.#transactional.map(({ journal, doing }) => `${journal.name}: ${doing}`);
    return [...work, `topics: ${this.#administrator.doing}`].join('; ');
  }

  /** Reads what the load does not change any more. @throws Violation when it cannot be read. */
  async readBack(client: BrokerClient): Promise<void> {
    for (const topic of ['idempotent', 'compacted'])
      for (const partition of [0, 1]) await this.#read(client, { topic, partition }, false);
  }

  counts(): WorldCounts {
    const transactions = this.#transactional.flatMap(({ journal }) => journal.transactions);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    return {
      acknowledged:
        sum([...this.#streams.values()].map(({ acknowledged }) => acknowledged.size)) +
        sum(transactions.map(({ acknowledged }) => acknowledged.size)),
      committed: transactions.filter(({ outcome }) => outcome === 'committed').length,
      aborted: transactions.filter(({ outcome }) => outcome === 'aborted').length,
      offsets: sum(this.#committers.map(({ acknowledgedCount }) => acknowledgedCount)),
      changes: this.#administrator.changeCount,
      read: this.#readCount,
    };
  }

  #addStream(journal: StreamJournal, acks: 1 | -1, isIdempotent: boolean): void {
    this.#streams.set(journal.name, journal);
    const random = this.#random.fork();
    const batches = new BatchMaker(random.fork());
    this.#producers.push(
      new StreamProducer(journal, { random, batches, acks, isIdempotent, tolerance: this.#tolerance }),
    );
  }

  async #createTopics(client: BrokerClient): Promise<void> {
    const names = new Set((await metadata(client)).map(({ name }) => name));
    for (const topic of TOPICS) {
      if (names.has(topic.name)) continue;
      const isUsed = [...this.#streams.values()].some(
        ({ where, acknowledged }) => where.topic === topic.name && acknowledged.size > 0,
      );
      if (isUsed) throw new Violation('a created topic stays', topic.name);
      expectNone(await createTopic(client, topic), `CreateTopics of ${topic.name}`);
    }
  }

  async #read(client: BrokerClient, where: TopicPartition, committed: boolean): Promise<PartitionContent> {
    const content = await readPartition(client, where, { committed, mayHaveGaps: where.topic === 'compacted' });
    this.#readCount += content.records.length;
    return content;
  }

  async #checkPartition(client: BrokerClient, where: TopicPartition): Promise<void> {
    const content = await this.#read(client, where, false);
    if (where.topic === 'transactions') return;
    const byStream = recordsByStream(content.records, where);
    for (const journal of this.#streams.values())
      if (place(journal.where) === place(where))
        journal.check(byStream.get(journal.name) ?? [], content.logStartOffset);
    if (place(where) === 'plain-0') this.#deleter.check(content.logStartOffset, content.highWatermark);
  }

  async #checkTransactions(client: BrokerClient): Promise<void> {
    const found = new Map<string, Map<string, FoundRecord[]>>();
    for (const partition of [0, 1]) {
      const where = { topic: 'transactions', partition };
      const content = await this.#read(client, where, true);
      found.set(place(where), recordsByStream(content.records, where));
    }
    for (const { journal } of this.#transactional) {
      const own = new Map([...found].map(([partition, streams]) => [partition, streams.get(journal.name) ?? []]));
      journal.check(own, await committedOffset(client, journal.groupId, { topic: 'transactions', partition: 0 }));
    }
  }
}

/** Records by the producer that their value names; a tombstone belongs to the producer that its key names. */
function recordsByStream(records: readonly ReadRecord[], where: TopicPartition): Map<string, FoundRecord[]> {
  const byStream = new Map<string, FoundRecord[]>();
  for (const { offset, key, value } of records) {
    const keyText = key?.toString() ?? null;
    const label =
      value === null && keyText !== null
        ? { stream: keyText.slice(0, keyText.lastIndexOf(':')), sequence: -1 }
        : payloadLabel(value);
    if (label === undefined)
      throw new Violation(
        'bytes come back as they were sent',
        `${place(where)} at ${offset}: ${value?.toString().slice(0, 80)}`,
      );
    const found = byStream.get(label.stream) ?? [];
    found.push({ offset, sequence: label.sequence, key: keyText });
    byStream.set(label.stream, found);
  }
  return byStream;
}
