/**
 * The state and the log that it comes from. A write is done when its records have come back from the log and are in
 * the state, so that the writer reads what it wrote.
 *
 * Concurrency: one process writes to a log. Writes are decided one at a time (`exclusive`); reads never wait.
 */
import { storeFailed, storeTimedOut } from '../registry-error.ts';
import {
  decodeRegistryRecord,
  encodeRegistryRecord,
  type RegistryRecord,
  type SchemaLog,
  type SchemaLogFollower,
  type SchemaLogRecord,
} from '../store/index.ts';
import { RegistryState } from './registry-state.ts';

export interface RegistryStoreOptions {
  readonly log: SchemaLog;
  /** How long a write may take to come back from the log. */
  readonly timeoutMs: number;
  /** Told of records that cannot be read; they are passed over. */
  readonly onWarning: (message: string) => void;
}

interface Waiter {
  readonly offset: number;
  readonly resolve: (value: undefined) => void;
}

export class RegistryStore {
  readonly state = new RegistryState();
  readonly #options: RegistryStoreOptions;
  #follower: SchemaLogFollower | undefined;
  #appliedOffset = -1;
  #waiters: Waiter[] = [];
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(options: RegistryStoreOptions) {
    this.#options = options;
  }

  /** Replays the log; resolves when the state is what the log said at the call. */
  static async open(options: RegistryStoreOptions): Promise<RegistryStore> {
    const store = new RegistryStore(options);
    store.#follower = await options.log.follow((records) => {
      for (const record of records) store.#apply(record);
    });
    return store;
  }

  /** Runs one decision after another, so that each sees what those before it wrote. */
  exclusive<T>(decide: () => Promise<T>): Promise<T> {
    const result = this.#lastWrite.then(decide);
    this.#lastWrite = result.catch(() => undefined);
    return result;
  }

  /** @throws RegistryError 50001 when the log refuses, 50002 when the records do not come back in time. */
  async write(records: readonly RegistryRecord[]): Promise<void> {
    const offset = await this.#append(records);
    if (this.#appliedOffset >= offset) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const waiter: Waiter = { offset, resolve };
    this.#waiters.push(waiter);
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      timeout.reject(storeTimedOut(`The log did not give back offset ${String(offset)} in time`));
    }, this.#options.timeoutMs);
    await Promise.race([promise, timeout.promise]).finally(() => clearTimeout(timer));
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await this.#follower?.close();
  }

  async #append(records: readonly RegistryRecord[]): Promise<number> {
    try {
      const { lastOffset } = await this.#options.log.append(records.map(encodeRegistryRecord));
      return lastOffset;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw storeFailed(`The log refused the write: ${reason}`, error);
    }
  }

  #apply(record: SchemaLogRecord): void {
    try {
      const decoded = decodeRegistryRecord(record);
      if (decoded !== undefined) this.state.apply(decoded);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onWarning(`Passed over the record at offset ${String(record.offset)} of the schema log: ${reason}`);
    }
    this.#appliedOffset = record.offset;
    if (this.#waiters.length === 0) return;
    const reached = this.#waiters.filter((waiter) => waiter.offset <= record.offset);
    this.#waiters = this.#waiters.filter((waiter) => waiter.offset > record.offset);
    for (const waiter of reached) waiter.resolve(undefined);
  }
}
