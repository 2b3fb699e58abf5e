import type { SchemaLog, SchemaLogEntry, SchemaLogFollower, SchemaLogRecord } from './schema-log.ts';

/** A log that lives as long as its object: for a registry that need not outlast the process, and for tests. */
export class MemorySchemaLog implements SchemaLog {
  readonly #records: SchemaLogRecord[] = [];
  readonly #followers = new Set<(records: readonly SchemaLogRecord[]) => void>();

  /** All records, oldest first. */
  get records(): readonly SchemaLogRecord[] {
    return this.#records;
  }

  append(entries: readonly SchemaLogEntry[]): Promise<{ readonly lastOffset: number }> {
    const timestampMs = Date.now();
    const first = this.#records.length;
    const appended = entries.map((entry, index) => ({ offset: first + index, timestampMs, ...entry }));
    this.#records.push(...appended);
    if (appended.length > 0) {
      for (const deliver of this.#followers) deliver(appended);
    }
    return Promise.resolve({ lastOffset: this.#records.length - 1 });
  }

  follow(deliver: (records: readonly SchemaLogRecord[]) => void): Promise<SchemaLogFollower> {
    if (this.#records.length > 0) deliver([...this.#records]);
    // Wrapped, so that one function that follows twice is two followers.
    const follower = (records: readonly SchemaLogRecord[]): void => deliver(records);
    this.#followers.add(follower);
    return Promise.resolve({
      close: () => {
        this.#followers.delete(follower);
        return Promise.resolve();
      },
    });
  }
}
