/**
 * Runs a state machine over one partition's log.
 *
 * Concurrency: an operation runs to its end in the call that submits it (decide, append, replay), so that operations are applied one
 * after another in the order of their calls, and any number of them wait for the disk together. Replies leave in that order, each
 * only when its own records and those of every earlier operation are durable: an answer never tells of a state that a crash could
 * take back.
 *
 * Invariant: the machine's durable state is the replay of the log up to its end. When a write fails, the log keeps only its durable
 * part; the machine is then emptied and loaded again from it, and every reply that still waits fails with a retriable error.
 */
import {
  encodeBatch,
  encodeTransactionMarker,
  errorName,
  KafkaError,
  type ErrorCode,
  type TransactionMarker,
} from '../protocol/index.ts';
import type { AppendResult, Clock, PartitionLog, Timer } from '../storage/index.ts';
import { loadLog } from './load-log.ts';
import { type SnapshotPolicy, SnapshotWriter } from './snapshot-writer.ts';
import type { Outcome, Producer, RecordCodec, StateMachine } from './state-machine.ts';

export interface StateMachineRuntimeOptions<R> {
  /** Names the log in messages, for example `__consumer_offsets-7`. */
  readonly name: string;
  readonly log: PartitionLog;
  readonly machine: StateMachine<R>;
  readonly codec: RecordCodec<R>;
  readonly clock: Clock;
  /** The error of an operation that comes while the log is loaded. */
  readonly loadingError: ErrorCode;
  /** The error of an operation whose records could not be written, and of all operations once the runtime is closed. */
  readonly unavailableError: ErrorCode;
  /** Writes snapshots of a machine that can make them; default: none. */
  readonly snapshots?: SnapshotPolicy | undefined;
  /** Called with what went wrong, in one sentence, when a write or a reload fails. */
  readonly onProblem?: ((message: string, cause: unknown) => void) | undefined;
}

export type RuntimeStatus = 'unloaded' | 'loading' | 'active' | 'closed';

/** How long a reload that failed waits before it is tried again. */
const reloadRetryMs = 1000;

export class StateMachineRuntime<R> {
  readonly #options: StateMachineRuntimeOptions<R>;
  #status: RuntimeStatus = 'unloaded';
  /** Settles when all that was appended so far is durable; rejects when one of them failed. Replaced at every load. */
  #tail: Promise<void> = Promise.resolve();
  #reload: Promise<void> = Promise.resolve();
  #reloadPause: { readonly timer: Timer; readonly end: () => void } | undefined;
  #inFlight = 0;
  readonly #snapshots: SnapshotWriter<R> | undefined;

  constructor(options: StateMachineRuntimeOptions<R>) {
    this.#options = options;
    this.#snapshots = options.snapshots && new SnapshotWriter({ ...options, policy: options.snapshots });
  }

  get status(): RuntimeStatus {
    return this.#status;
  }

  /** Operations whose replies wait for the disk. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Replays the log from its start. Operations are refused with the loading error until it is done.
   * @throws Error with what the log or the machine threw as its cause; `load` may then be called again.
   */
  async load(): Promise<void> {
    if (this.#status !== 'unloaded') throw new Error(`${this.#options.name} is already ${this.#status}`);
    this.#status = 'loading';
    const loading = this.#replayLog();
    this.#reload = loading.catch(() => undefined);
    try {
      await loading;
    } catch (cause) {
      const reason = new Error(`Cannot load the state in ${this.#options.name}: ${messageOf(cause)}`, { cause });
      if (!this.#isClosed()) {
        this.#status = 'unloaded';
        this.#options.machine.reset(reason);
      }
      throw reason;
    }
  }

  /**
   * Runs an operation that may change the state. What it throws reaches the caller, and nothing is written then.
   * The reply comes when all records appended so far are durable.
   * @throws KafkaError the loading error while the log is loaded; the unavailable error (retriable) when the records could not be
   *   written; what the log says of a batch that it refuses, for example MESSAGE_TOO_LARGE, in which case nothing was replayed.
   */
  async write<T>(operation: () => Outcome<R, T>): Promise<T> {
    this.#assertActive();
    const { records, reply, onApplied, onDurable, transaction } = operation();
    // It may be rejected, by a reset, while this call still waits for the disk.
    if (reply instanceof Promise) reply.catch(() => undefined);
    if (records.length > 0) this.#append(records, transaction);
    onApplied?.();
    await this.#whenDurable();
    onDurable?.();
    return reply;
  }

  /** Ends a producer's transaction in this log. @throws KafkaError as `write`. */
  async writeMarker(marker: TransactionMarker): Promise<void> {
    this.#assertActive();
    this.#track(this.#appendBatch(encodeTransactionMarker(marker)).durable);
    this.#options.machine.replayMarker?.(marker);
    await this.#whenDurable();
  }

  /** Answers from the state; the answer leaves when everything that it can have seen is durable. @throws KafkaError as `write`. */
  async read<T>(operation: () => T): Promise<T> {
    this.#assertActive();
    const reply = operation();
    await this.#whenDurable();
    return reply;
  }

  /** Refuses further operations, lets those in flight finish, then empties the machine. May be called again. */
  async close(): Promise<void> {
    if (this.#status === 'closed') return;
    this.#status = 'closed';
    this.#reloadPause?.timer.cancel();
    this.#reloadPause?.end();
    await this.#tail.catch(() => undefined);
    await this.#reload;
    await this.#snapshots?.settled();
    this.#options.machine.reset(this.#unavailable('it is being closed'));
  }

  #append(records: readonly R[], transaction: Producer | undefined): void {
    const { machine, codec, clock } = this.#options;
    const timestampMs = clock.now();
    const batch = encodeBatch({
      records: records.map((record) => ({ ...codec.encode(record), timestampMs })),
      ...(transaction && { ...transaction, transactional: true }),
    });
    const { baseOffset, durable } = this.#appendBatch(batch);
    this.#track(durable);
    records.forEach((record, index) => {
      machine.replay(record, { offset: baseOffset + index, timestampMs, producerId: transaction?.producerId });
    });
    this.#snapshots?.appended(batch.length, this.#tail);
  }

  #track(durable: Promise<void>): void {
    const tail = this.#tail.then(() => durable);
    this.#tail = tail;
    durable.catch(() => undefined);
    tail.catch((cause: unknown) => {
      this.#writeFailed(cause);
    });
  }

  /** A batch that the log refuses leaves the state as it is; a log that cannot write at all is treated as a failed write. */
  #appendBatch(batch: Buffer): AppendResult {
    try {
      return this.#options.log.append([batch], { origin: 'coordinator' });
    } catch (error) {
      if (error instanceof KafkaError && !error.retriable) throw error;
      this.#writeFailed(error);
      throw this.#unavailable('its log could not be written', error);
    }
  }

  async #whenDurable(): Promise<void> {
    const tail = this.#tail;
    this.#inFlight++;
    try {
      await tail;
    } catch (cause) {
      throw this.#unavailable('its log could not be written', cause);
    } finally {
      this.#inFlight--;
    }
  }

  /** The first failure starts the reload; those behind it, which fail with it, find the runtime loading. */
  #writeFailed(cause: unknown): void {
    if (this.#status !== 'active') return;
    this.#status = 'loading';
    this.#options.onProblem?.(
      `A write to ${this.#options.name} failed; its state is loaded again from the log.`,
      cause,
    );
    this.#reload = this.#reloadUntilDone(this.#unavailable('its log could not be written', cause));
  }

  async #reloadUntilDone(reason: KafkaError): Promise<void> {
    const { machine, name, onProblem } = this.#options;
    // Writes behind the failed one are still being given up by the log.
    await this.#tail.catch(() => undefined);
    this.#tail = Promise.resolve();
    while (this.#isLoading()) {
      machine.reset(reason);
      try {
        await this.#replayLog();
      } catch (cause) {
        onProblem?.(`Loading ${name} again failed; the next try is in ${reloadRetryMs} ms.`, cause);
        await this.#pauseBeforeReload();
      }
    }
  }

  #pauseBeforeReload(): Promise<void> {
    return new Promise((resolve) => {
      this.#reloadPause = { timer: this.#options.clock.schedule(reloadRetryMs, resolve), end: resolve };
    });
  }

  async #replayLog(): Promise<void> {
    const { machine, codec, log } = this.#options;
    const snapshotEnd = await loadLog(
      log,
      (record, position) => {
        const decoded = codec.decode(record);
        if (decoded !== undefined) machine.replay(decoded, position);
      },
      (marker) => machine.replayMarker?.(marker),
      this.#snapshots !== undefined,
    );
    if (this.#isClosed()) return;
    this.#snapshots?.loaded(snapshotEnd);
    this.#status = 'active';
    machine.loaded();
  }

  #assertActive(): void {
    const { name, loadingError } = this.#options;
    if (this.#status === 'active') return;
    if (this.#status === 'closed') throw this.#unavailable('it is being closed');
    throw new KafkaError(
      loadingError,
      `The state in ${name} is being loaded (${errorName(loadingError)}); try again shortly.`,
    );
  }

  #unavailable(why: string, cause?: unknown): KafkaError {
    const { unavailableError, name } = this.#options;
    const message = `${name} cannot answer: ${why} (${errorName(unavailableError)}); try again shortly.`;
    return new KafkaError(unavailableError, message, cause === undefined ? undefined : { cause });
  }

  #isClosed(): boolean {
    return this.#status === 'closed';
  }

  #isLoading(): boolean {
    return this.#status === 'loading';
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
