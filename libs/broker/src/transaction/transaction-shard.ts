/**
 * The transactional ids that one partition of `__transaction_state` keeps: a state machine over its log.
 *
 * A transaction ends in three steps: the decision is recorded (Prepare…), markers are written to its partitions, the end is recorded
 * (Complete…). Markers are written only when the decision is durable, and the end is recorded only when all markers are; so a
 * crash at any step finds the decision and goes on from it, or finds none, and the transaction runs on until it is ended or its time
 * is up. A marker that is written twice does no harm.
 *
 * Nobody waits for the record of the end: it waits a moment itself, to be written in one batch with what its producer does next, which
 * saves a sync. Until then the state is shown as it will be. Invariant: no record of a next transaction gets into a partition before
 * the end of this one is durable, or a crash would have this one's markers written once more and end the next one too early. It
 * cannot: a transaction takes a partition in by a record here, durable before the partition is written, and the end lies before it.
 */
import { ErrorCode, KafkaError, type TransactionMarker } from '../protocol/index.ts';
import { StateMachineRuntime, type Outcome, type StateMachine } from '../state-machine/index.ts';
import type { Clock, PartitionLog, Timer } from '../storage/index.ts';
import type { Decision } from './operations/decision.ts';
import { complete, fence } from './operations/end-transaction.ts';
import { isExpired, isTimedOut, type TransactionMetadata } from './transaction-metadata.ts';
import type { TransactionPorts } from './transaction-ports.ts';
import { transactionRecordCodec, type TransactionRecord } from './transaction-record.ts';
import { isPrepared, TransactionState } from './transaction-state.ts';
import { transactionsTopicName } from './transactions-topic.ts';

export interface TransactionShardOptions {
  readonly log: PartitionLog;
  readonly clock: Clock;
  readonly ports: TransactionPorts;
  readonly onProblem?: ((message: string, cause: unknown) => void) | undefined;
}

/** Makes the decision; called again with a new producer id when it needs one. */
export type Decide = (known: TransactionMetadata | undefined, newProducerId: number | undefined) => Decision;

/** How long markers that could not be written wait before they are tried again. */
const markerRetryMs = 500;
/** How long the record of an end waits for what its producer does next. */
const completionLingerMs = 20;
/** Records in one batch. */
const batchRecords = 1000;

export class TransactionShard implements StateMachine<TransactionRecord> {
  readonly #options: TransactionShardOptions;
  readonly #runtime: StateMachineRuntime<TransactionRecord>;
  readonly #transactions = new Map<string, TransactionMetadata>();
  /** The ends that are under way, and the timers of those that could not go on. */
  readonly #completions = new Map<string, Promise<void>>();
  /** Prepared transactions whose markers are all durable, and whose end is not recorded yet: as they will be. */
  readonly #completed = new Map<string, TransactionMetadata>();
  #completedTimer: Timer | undefined;
  readonly #retries = new Set<Timer>();

  constructor(options: TransactionShardOptions) {
    const { log, clock, onProblem } = options;
    this.#options = options;
    this.#runtime = new StateMachineRuntime({
      name: `${transactionsTopicName}-${log.partition}`,
      log,
      machine: this,
      codec: transactionRecordCodec,
      clock,
      loadingError: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
      unavailableError: ErrorCode.NOT_COORDINATOR,
      onProblem,
    });
  }

  load(): Promise<void> {
    return this.#runtime.load();
  }

  async close(): Promise<void> {
    await Promise.all(this.#completions.values());
    // What is not recorded would have its markers written once more at the next start.
    await this.#recordCompleted().catch(() => undefined);
    await this.#runtime.close();
    await Promise.all(this.#completions.values());
  }

  get isLoaded(): boolean {
    return this.#runtime.status === 'active';
  }

  get(transactionalId: string): TransactionMetadata | undefined {
    return this.#completed.get(transactionalId) ?? this.#transactions.get(transactionalId);
  }

  all(): TransactionMetadata[] {
    return Array.from(this.#transactions, ([id, known]) => this.#completed.get(id) ?? known);
  }

  read<T>(operation: () => T): Promise<T> {
    return this.#runtime.read(operation);
  }

  /** Decides on a transactional id, and resolves with its state when that is durable. @throws KafkaError when it is refused. */
  async decide(transactionalId: string, decide: Decide): Promise<TransactionMetadata> {
    let newProducerId: number | undefined;
    for (;;) {
      const metadata = await this.#runtime.write(() => this.#outcome(transactionalId, decide, newProducerId));
      if (metadata !== undefined) return metadata;
      newProducerId = await this.#options.ports.allocateProducerId();
    }
  }

  /** Aborts the running transaction and fences its producer; resolves when the decision is durable. */
  async abort(transactionalId: string): Promise<void> {
    await this.decide(transactionalId, (known, newProducerId) =>
      fence(known, this.#options.clock.now(), newProducerId),
    );
  }

  /** Resolves when the end of a prepared transaction was tried; it goes on in the background when it could not be brought about. */
  async ended(transactionalId: string): Promise<void> {
    await this.#completions.get(transactionalId);
  }

  /** Aborts the transactions whose time is up. */
  async abortTimedOut(): Promise<void> {
    const nowMs = this.#options.clock.now();
    const timedOut = this.all().filter((known) => isTimedOut(known, nowMs));
    await Promise.all(timedOut.map(({ transactionalId }) => this.abort(transactionalId)));
  }

  /** Forgets the ids that were not used for `expirationMs`. */
  async expire(expirationMs: number): Promise<void> {
    const nowMs = this.#options.clock.now();
    const expired = this.all().filter((known) => isExpired(known, nowMs, expirationMs));
    await this.#writeAll(expired.map(({ transactionalId }) => ({ transactionalId, metadata: null })));
  }

  replay({ transactionalId, metadata }: TransactionRecord): void {
    this.#completed.delete(transactionalId);
    if (metadata === null) this.#transactions.delete(transactionalId);
    else this.#transactions.set(transactionalId, metadata);
  }

  reset(): void {
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
    this.#completedTimer?.cancel();
    this.#completedTimer = undefined;
    this.#completed.clear();
    this.#transactions.clear();
  }

  /** What was decided before a crash is brought to its end. */
  loaded(): void {
    for (const { state, transactionalId } of this.#transactions.values())
      if (isPrepared(state)) this.#startCompletion(transactionalId);
  }

  #outcome(
    transactionalId: string,
    decide: Decide,
    newProducerId: number | undefined,
  ): Outcome<TransactionRecord, TransactionMetadata | undefined> {
    const decision = decide(this.get(transactionalId), newProducerId);
    switch (decision.kind) {
      case 'refuse':
        throw new KafkaError(decision.errorCode, `Transactional id '${transactionalId}' cannot do that now.`);
      case 'needsProducerId':
        return { records: [], reply: undefined };
      case 'keep':
        return { records: [], reply: decision.metadata };
      case 'change':
        return this.#change(decision.metadata, decision.metadata);
    }
  }

  #change<T>(metadata: TransactionMetadata, reply: T): Outcome<TransactionRecord, T> {
    const { transactionalId } = metadata;
    const isEnding = isPrepared(metadata.state);
    const completed = this.#completed.get(transactionalId);
    return {
      records: [...(completed ? [{ transactionalId, metadata: completed }] : []), { transactionalId, metadata }],
      reply,
      ...(isEnding && { onDurable: () => this.#startCompletion(transactionalId) }),
    };
  }

  #startCompletion(transactionalId: string): void {
    if (this.#completions.has(transactionalId)) return;
    const completion = this.#complete(transactionalId).finally(() => this.#completions.delete(transactionalId));
    this.#completions.set(transactionalId, completion);
  }

  /** Never fails: what could not be done is reported and tried again later. */
  async #complete(transactionalId: string): Promise<void> {
    const known = this.#transactions.get(transactionalId);
    if (known === undefined || !isPrepared(known.state)) return;
    try {
      await this.#writeMarkers(known);
      const now = this.#transactions.get(transactionalId);
      // While the state is loaded again it is empty; then the completion begins once more.
      if (now === undefined || !isPrepared(now.state)) return;
      this.#completed.set(transactionalId, complete(now, this.#options.clock.now()));
      this.#recordCompletedSoon();
    } catch (error) {
      if (this.#runtime.status === 'closed') return;
      const { clock, onProblem } = this.#options;
      onProblem?.(`The transaction of '${transactionalId}' could not be ended yet; it is tried again.`, error);
      // A state that is loaded again begins the completion itself.
      if (this.#runtime.status !== 'active') return;
      const timer = clock.schedule(markerRetryMs, () => {
        this.#retries.delete(timer);
        this.#startCompletion(transactionalId);
      });
      this.#retries.add(timer);
    }
  }

  #recordCompletedSoon(): void {
    this.#completedTimer ??= this.#options.clock.schedule(completionLingerMs, () => {
      this.#completedTimer = undefined;
      // A write that failed has the state loaded again, and that begins the completions once more.
      this.#recordCompleted().catch(() => undefined);
    });
  }

  async #recordCompleted(): Promise<void> {
    await this.#writeAll(Array.from(this.#completed, ([transactionalId, metadata]) => ({ transactionalId, metadata })));
  }

  async #writeAll(records: readonly TransactionRecord[]): Promise<void> {
    const writes: Promise<void>[] = [];
    for (let from = 0; from < records.length; from += batchRecords) {
      const batch = records.slice(from, from + batchRecords);
      writes.push(this.#runtime.write(() => ({ records: batch, reply: undefined })));
    }
    await Promise.all(writes);
  }

  async #writeMarkers({ state, partitions, producerId, producerEpoch }: TransactionMetadata): Promise<void> {
    const { ports, log, clock } = this.#options;
    const marker: TransactionMarker = {
      producerId,
      producerEpoch,
      committed: state === TransactionState.PrepareCommit,
      coordinatorEpoch: log.leaderEpoch,
      timestampMs: clock.now(),
    };
    const writes: Promise<void>[] = [];
    for (const [topic, numbers] of partitions)
      for (const partition of numbers) writes.push(this.#writeMarker(topic, partition, marker, ports));
    const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #writeMarker(
    topic: string,
    partition: number,
    marker: TransactionMarker,
    ports: TransactionPorts,
  ): Promise<void> {
    try {
      await ports.writeMarker(topic, partition, marker);
    } catch (error) {
      // A partition that was deleted has nothing of this transaction that waits.
      if (error instanceof KafkaError && error.code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return;
      if (!(error instanceof KafkaError) || error.retriable) throw error;
      // Nor has one that holds a newer epoch of the producer.
      const place = `${topic}-${partition}`;
      this.#options.onProblem?.(`A marker of producer ${marker.producerId} was not wanted in ${place}.`, error);
    }
  }
}
