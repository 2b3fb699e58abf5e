/**
 * An idempotent producer on the wire, for many records at a time: `acks=all`, keyed records placed as Java's client does, keyless ones
 * of a call together, partitions in turn.
 *
 * A call writes each partition's records as one batch. Sequence numbers go forward only when every partition has acknowledged, so that
 * the same records written again after a failure carry the same numbers, and the broker recognizes what it had taken. A caller that
 * gives records up must throw the writer away. Calls for one topic must not overlap: they would carry the same numbers, and the broker
 * would drop one of them as a repetition. Such a call is refused.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  WriteFailure,
  type ClusterAccess,
  type Partitioner,
  type RecordToWrite,
  type RecordWriter,
} from '../client/index.ts';
import { ClusterView } from '../log-reader/index.ts';
import { murmur2 } from './murmur2.ts';
import {
  failureOf,
  initProducerIdApi,
  initProducerIdRequest,
  produceApi,
  producedCodes,
  producerOf,
  produceRequest,
  type PartitionBatch,
} from './produce-api.ts';
import { encodeBatch, type ProducerState } from './record-batch.ts';

export interface WireWriterOptions extends ClusterAccess {
  readonly partitioner?: Partitioner;
}

const requestTimeoutMs = 30_000;
/** How long the topic's partitions are believed to be what they were. */
const metadataAgeMs = 300_000;
const sequences = 0x8000_0000;
const openAttempts = 30;
const openRetryMs = 100;

export class WireRecordWriter implements RecordWriter {
  private readonly cluster: ClusterView;
  private readonly sequenceOf = new Map<string, number>();
  private readonly metadataMs = new Map<string, number>();
  /** Topics that a call is writing to. */
  private readonly writing = new Set<string>();
  private scratch = Buffer.allocUnsafe(256);
  private turn = 0;

  private constructor(
    private readonly options: WireWriterOptions,
    cluster: ClusterView,
    private readonly producer: ProducerState,
  ) {
    this.cluster = cluster;
  }

  /** @throws when no broker answers. */
  static async open(options: WireWriterOptions): Promise<WireRecordWriter> {
    const cluster = new ClusterView(options);
    try {
      return new WireRecordWriter(options, cluster, await producerFrom(cluster));
    } catch (error) {
      cluster.close();
      throw error;
    }
  }

  async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    if (this.writing.has(topic)) throw new Error(`Two calls write to topic ${topic} at once: the second must wait`);
    this.writing.add(topic);
    try {
      await this.refresh(topic);
      const byPartition = this.place(topic, records);
      await this.produce(topic, byPartition);
      for (const [partition, { length }] of byPartition) this.advance(topic, partition, length);
    } catch (error) {
      // Whatever it was, the leaders are asked for anew.
      this.metadataMs.delete(topic);
      if (error instanceof WriteFailure) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new WriteFailure(`topic ${topic}: ${reason}`, 'retry', { cause: error });
    } finally {
      this.writing.delete(topic);
    }
  }

  close(): Promise<void> {
    this.cluster.close();
    return Promise.resolve();
  }

  private async refresh(topic: string): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - (this.metadataMs.get(topic) ?? Number.NEGATIVE_INFINITY) < metadataAgeMs) return;
    await this.cluster.refresh([topic]);
    if (!this.cluster.partitionsOf(topic)) throw new WriteFailure(`topic ${topic} does not exist`, 'retry');
    this.metadataMs.set(topic, nowMs);
  }

  private place(topic: string, records: readonly RecordToWrite[]): Map<number, RecordToWrite[]> {
    const count = this.cluster.partitionsOf(topic)!;
    const keyless = this.turn++ % count;
    const byPartition = new Map<number, RecordToWrite[]>();
    for (const record of records) {
      const partition = record.partition ?? this.partitionOf(record, topic, count, keyless);
      if (!Number.isInteger(partition) || partition < 0 || partition >= count)
        throw new WriteFailure(
          `The partitioner of topic ${topic} answered ${partition}; it has partitions 0 to ${count - 1}`,
          'refused',
        );
      const known = byPartition.get(partition);
      if (known) known.push(record);
      else byPartition.set(partition, [record]);
    }
    return byPartition;
  }

  private partitionOf(record: RecordToWrite, topic: string, count: number, keyless: number): number {
    if (this.options.partitioner) return this.options.partitioner(record, topic, count);
    const key = record.partitionKey ?? record.key;
    if (key === null) return keyless;
    if (typeof key !== 'string') return (murmur2(key, key.length) & 0x7fff_ffff) % count;
    if (this.scratch.length < key.length * 3) this.scratch = Buffer.allocUnsafe(key.length * 3);
    return (murmur2(this.scratch, this.scratch.write(key)) & 0x7fff_ffff) % count;
  }

  /** Writes to all leaders at once. @throws the worst of what they say */
  private async produce(topic: string, byPartition: ReadonlyMap<number, RecordToWrite[]>): Promise<void> {
    const byLeader = new Map<number, PartitionBatch[]>();
    const nowMs = Date.now();
    for (const [partition, records] of byPartition) {
      const leader = this.cluster.leaderOf(topic, partition);
      if (leader === undefined) throw new WriteFailure(`topic ${topic}, partition ${partition} has no leader`, 'retry');
      const sequence = this.sequenceOf.get(`${topic}/${partition}`) ?? 0;
      const batch = encodeBatch(records, this.producer, sequence, nowMs);
      const batches = byLeader.get(leader) ?? [];
      byLeader.set(leader, batches);
      batches.push({ partition, batch });
    }
    const results = await Promise.allSettled(
      [...byLeader].map(([leader, batches]) => this.produceTo(leader, topic, batches)),
    );
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : result.value,
    );
    if (failures.length === 0) return;
    const isWorst = (then: string) => (failure: Error) => failure instanceof WriteFailure && failure.then === then;
    throw failures.find(isWorst('refused')) ?? failures.find(isWorst('reset')) ?? failures[0]!;
  }

  private async produceTo(leader: number, topic: string, batches: readonly PartitionBatch[]): Promise<WriteFailure[]> {
    const connection = await this.cluster.connectionTo(leader);
    const body = produceRequest(topic, batches, requestTimeoutMs);
    const answer = await connection.request(produceApi.key, produceApi.version, ...body);
    const codes = new Map(producedCodes(answer));
    return batches
      .map(({ partition }) => failureOf(topic, partition, codes.get(partition) ?? -1))
      .filter((failure) => failure !== undefined);
  }

  private advance(topic: string, partition: number, records: number): void {
    const name = `${topic}/${partition}`;
    this.sequenceOf.set(name, ((this.sequenceOf.get(name) ?? 0) + records) % sequences);
  }
}

/** A broker that has just started may not have read yet what it knows of producers. */
async function producerFrom(cluster: ClusterView): Promise<ProducerState> {
  const { key, version } = initProducerIdApi;
  for (let attempt = 1; ; attempt++) {
    const connection = await cluster.anyConnection();
    try {
      return producerOf(await connection.request(key, version, initProducerIdRequest()));
    } catch (error) {
      if (attempt === openAttempts || !(error instanceof WriteFailure) || error.then !== 'retry') throw error;
    }
    await delay(openRetryMs);
  }
}
