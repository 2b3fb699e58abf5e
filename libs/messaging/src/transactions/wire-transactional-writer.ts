/**
 * A transactional producer on the wire: uncompressed batches straight from the records, a request for each leader, no object per record.
 *
 * What may pass is tried again here: a coordinator that moves or still writes the markers of the transaction before, a leader that
 * changes, a connection that breaks. A batch that is written again has the same sequence numbers, by which the broker knows it. Only an
 * end whose answer was lost is not asked for again: the failure says `reopen`.
 *
 * Where the cluster has transactions V2 (KIP-890), a transaction costs a request less for each topic and for the offsets, and each
 * has an epoch of its own, in which sequence numbers begin anew.
 */
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import {
  TransactionFailure,
  type ClusterAccess,
  type GroupMembership,
  type RecordToWrite,
  type TransactionalWriter,
  type TransactionalWriterOptions,
} from '../client/index.ts';
import { ClusterView, type WireConnection } from '../log-reader/index.ts';
import { encodeBatch } from '../log-writer/index.ts';
import {
  addOffsets,
  addPartitions,
  commitOffsets,
  endTransaction,
  findCoordinator,
  initProducerId,
  produce,
  type BatchToProduce,
  type ProducerIdentity,
} from './producer-api.ts';
import { endTransactionV2, hasTransactionsV2, produceV2 } from './transactions-v2.ts';

export type WireTransactionalWriterOptions = TransactionalWriterOptions & ClusterAccess;

const backoff: Backoff = { firstMs: 5, maxMs: 500 };
const retryForMs = 30_000;
const requestTimeoutMs = 30_000;
const sequences = 0x8000_0000;

/** Kafka's error codes by what follows from them. */
const duplicateSequence = 46;
/** INVALID_TXN_STATE: of an end in V2, that the transaction was ended already, because its time was up. */
const endedOtherwise = 48;
/** INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED; ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID. */
const fencings = new Set([47, 49, 90, 22, 25, 27, 82]);
/** Of the records, or of who writes them. */
const refusals = new Set([2, 10, 17, 18, 29, 30, 31, 32, 43, 53, 87]);
/**
 * Leaders and coordinators that move or load, or that a leader does not reach, time-outs, too few replicas, and a transaction before
 * that is still ending.
 */
const passing = new Set([3, 5, 6, 7, 8, 13, 14, 15, 16, 19, 20, 51, 56, 74]);

/** The codes after which somebody else is asked. */
class Passing extends Error {}

export class WireTransactionalWriter implements TransactionalWriter {
  private readonly coordinators = new Map<string, { readonly host: string; readonly port: number }>();
  private readonly sequenceOf = new Map<string, number>();
  private readonly added = new Set<string>();
  private hasOffsets = false;
  private isOpen = false;

  private constructor(
    private readonly options: WireTransactionalWriterOptions,
    private readonly cluster: ClusterView,
    private readonly clock: Clock,
    private producer: ProducerIdentity = { producerId: -1, epoch: -1 },
    private isV2 = false,
  ) {}

  get transactionalId(): string {
    return this.options.transactionalId;
  }

  /** @throws {TransactionFailure} or when no broker answers. */
  static async open(options: WireTransactionalWriterOptions, clock: Clock): Promise<WireTransactionalWriter> {
    const cluster = new ClusterView(options);
    const writer = new WireTransactionalWriter(options, cluster, clock);
    try {
      await writer.attempt('open', async () => {
        const coordinator = await writer.coordinator('transaction', options.transactionalId);
        writer.isV2 = await hasTransactionsV2(coordinator);
        const opened = await initProducerId(coordinator, options.transactionalId, options.transactionTimeoutMs);
        writer.check('open', opened.errorCode);
        writer.producer = opened;
      });
      return writer;
    } catch (error) {
      cluster.close();
      throw error;
    }
  }

  begin(): Promise<void> {
    if (this.isOpen) return Promise.reject(this.failure('a transaction is open already', 'abort'));
    this.isOpen = true;
    return Promise.resolve();
  }

  async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    if (records.length === 0) return;
    const byPartition = Map.groupBy(records, ({ partition }) => {
      if (partition === undefined) throw this.failure(`a record for ${topic} does not say its partition`, 'refused');
      return partition;
    });
    await this.addPartitions(topic, [...byPartition.keys()]);
    const { producerId, epoch } = this.producer;
    const nowMs = this.clock.nowMs();
    const batches = [...byPartition].map(([partition, ofPartition]) => {
      const sequence = this.sequenceOf.get(`${topic}/${partition}`) ?? 0;
      const batch = encodeBatch(ofPartition, { id: BigInt(producerId), epoch, isTransactional: true }, sequence, nowMs);
      return { topic, partition, batch };
    });
    let left: BatchToProduce[] = batches;
    await this.attempt(`write to ${topic}`, async () => {
      left = await this.produce(topic, left);
      if (left.length > 0)
        throw new Passing(`partition ${left.map(({ partition }) => partition).join(', ')} was not written`);
    });
    for (const [partition, { length }] of byPartition) {
      const name = `${topic}/${partition}`;
      this.sequenceOf.set(name, ((this.sequenceOf.get(name) ?? 0) + length) % sequences);
    }
  }

  async sendOffsets(membership: GroupMembership, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void> {
    if (offsets.size === 0) return;
    const { transactionalId } = this;
    const { groupId } = membership;
    const step = `offsets of group ${groupId}`;
    if (!this.hasOffsets && !this.isV2)
      await this.attempt(step, async () => {
        const coordinator = await this.coordinator('transaction', transactionalId);
        this.check(step, await addOffsets(coordinator, transactionalId, this.producer, groupId));
      });
    // Before they are sent: a request whose answer is lost may have added the group.
    this.hasOffsets = true;
    await this.attempt(step, async () => {
      const coordinator = await this.coordinator('group', groupId);
      const committed = { topic, byPartition: offsets };
      const version = this.isV2 ? 5 : 3;
      this.check(
        step,
        await commitOffsets(coordinator, version, transactionalId, this.producer, membership, committed),
      );
    });
  }

  async commit(): Promise<void> {
    if (!this.isOpen) throw this.failure('no transaction is begun', 'abort');
    await this.end(true);
  }

  async abort(): Promise<void> {
    if (this.isOpen) await this.end(false);
  }

  async close(): Promise<void> {
    // Asked once: whoever opens the id next ends it otherwise, or its time-out does.
    if (this.isOpen) await this.end(false, 0).catch(() => undefined);
    this.cluster.close();
  }

  private async end(isCommit: boolean, tryForMs = retryForMs): Promise<void> {
    const step = isCommit ? 'commit' : 'abort';
    this.isOpen = false;
    const isEmpty = this.added.size === 0 && !this.hasOffsets;
    this.added.clear();
    this.hasOffsets = false;
    if (isEmpty) return;
    await this.attempt(
      step,
      async () => {
        const coordinator = await this.coordinator('transaction', this.transactionalId);
        const ended = await this.endOn(coordinator, isCommit).catch((error: unknown) => {
          throw this.failure(`${step}: ${textOf(error)}; how it ended is not known`, 'reopen', error);
        });
        if (this.isV2 && ended.errorCode === endedOtherwise)
          throw this.failure(`${step}: the transaction was aborted before, as its time was up`, 'reopen');
        this.check(step, ended.errorCode);
        if (!this.isV2) return;
        this.producer = ended;
        this.sequenceOf.clear();
      },
      tryForMs,
    );
  }

  private async endOn(
    coordinator: WireConnection,
    isCommit: boolean,
  ): Promise<ProducerIdentity & { readonly errorCode: number }> {
    const { transactionalId, producer } = this;
    if (this.isV2) return endTransactionV2(coordinator, transactionalId, producer, isCommit);
    return { ...producer, errorCode: await endTransaction(coordinator, transactionalId, producer, isCommit) };
  }

  private async addPartitions(topic: string, partitions: readonly number[]): Promise<void> {
    const missing = partitions.filter((partition) => !this.added.has(`${topic}/${partition}`));
    if (missing.length === 0) return;
    const step = `partitions of ${topic}`;
    const { transactionalId } = this;
    if (!this.isV2)
      await this.attempt(step, async () => {
        const coordinator = await this.coordinator('transaction', transactionalId);
        this.check(step, await addPartitions(coordinator, transactionalId, this.producer, new Map([[topic, missing]])));
      });
    for (const partition of missing) this.added.add(`${topic}/${partition}`);
  }

  /** Answers the batches that are to be written again. */
  private async produce(topic: string, batches: readonly BatchToProduce[]): Promise<BatchToProduce[]> {
    if (batches.some(({ partition }) => this.cluster.leaderOf(topic, partition) === undefined))
      await this.cluster.refresh([topic]);
    const byLeader = Map.groupBy(batches, ({ partition }) => this.cluster.leaderOf(topic, partition) ?? -1);
    const left = await Promise.all([...byLeader].map(([leader, led]) => this.produceTo(leader, topic, led)));
    const again = left.flat();
    if (again.length > 0) await this.cluster.refresh([topic]);
    return again;
  }

  private async produceTo(leader: number, topic: string, batches: BatchToProduce[]): Promise<BatchToProduce[]> {
    if (leader < 0) return batches;
    let produced;
    try {
      const connection = await this.cluster.connectionTo(leader);
      const send = this.isV2 ? produceV2 : produce;
      produced = await send(connection, this.transactionalId, batches, requestTimeoutMs);
    } catch {
      // Whether they were taken is not known: written again, they are recognized.
      return batches;
    }
    const codes = new Map(produced.map(({ partition, errorCode }) => [partition, errorCode]));
    return batches.filter(({ partition }) => {
      const code = codes.get(partition) ?? 0;
      if (passing.has(code)) return true;
      if (code !== duplicateSequence) this.check(`write to ${topic}-${partition}`, code);
      return false;
    });
  }

  private async coordinator(kind: 'group' | 'transaction', name: string): Promise<WireConnection> {
    const id = `${kind} ${name}`;
    const known = this.coordinators.get(id);
    if (known) return this.cluster.connect(known.host, known.port);
    const { errorCode, host, port } = await findCoordinator(await this.cluster.anyConnection(), name, kind);
    this.check(`coordinator of ${id}`, errorCode);
    this.coordinators.set(id, { host, port });
    return this.cluster.connect(host, port);
  }

  private async attempt<Result>(step: string, call: () => Promise<Result>, tryForMs = retryForMs): Promise<Result> {
    const deadlineMs = this.clock.nowMs() + tryForMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof TransactionFailure) throw error;
        if (this.clock.nowMs() >= deadlineMs) throw this.failure(`${step}: ${textOf(error)}`, 'abort', error);
        this.coordinators.clear();
        await this.clock.sleep(pauseMs(backoff, attempt));
      }
    }
  }

  /** @throws {TransactionFailure}, or what `attempt` tries again. */
  private check(step: string, code: number): void {
    if (code === 0) return;
    if (passing.has(code)) throw new Passing(`error code ${code}`);
    const then = fencings.has(code) ? 'fenced' : refusals.has(code) ? 'refused' : 'abort';
    throw this.failure(`${step}: error code ${code}`, then);
  }

  private failure(text: string, then: TransactionFailure['then'], cause?: unknown): TransactionFailure {
    return new TransactionFailure(`transactional id ${this.transactionalId}: ${text}`, then, { cause });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
