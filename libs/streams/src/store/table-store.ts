/**
 * A table whose changelog is the compacted topic that it comes from: the newest value of each key, as bytes until it is asked for.
 */
import { decodeRange, keyIdentity, type StreamTopic } from '../codec/index.ts';
import { ByteTable } from './byte-table.ts';
import type { ReadableStore, RestoredRecord, StateStore } from './state-store.ts';

export class TableStore<K, V> implements StateStore, ReadableStore<K, V> {
  private readonly table = new ByteTable();
  /** Keys that are not text or numbers, by their identity; others are their own. */
  private readonly keys = new Map<string | number, K>();

  constructor(private readonly topic: Pick<StreamTopic<K, V>, 'key' | 'value'>) {}

  get size(): number {
    return this.table.size;
  }

  /** Memory in bytes: values exactly, keys about. */
  get bytes(): number {
    return this.table.bytes;
  }

  /** A record of the topic. A record without a key says nothing about any key and is passed over. */
  restore(record: RestoredRecord): void {
    if (record.keyStart >= 0)
      this.put(decodeRange(this.topic.key, record.source, record.keyStart, record.keyEnd), record);
  }

  /** The same, when the key is decoded already. */
  put(key: K, { source, valueStart, valueEnd }: RestoredRecord): void {
    const identity = keyIdentity(this.topic.key, key);
    if (valueStart < 0) {
      this.table.delete(identity);
      this.keys.delete(identity);
      return;
    }
    this.table.set(identity, source, valueStart, valueEnd);
    if (identity !== key) this.keys.set(identity, key);
  }

  get(key: K): V | undefined {
    const bytes = this.table.get(keyIdentity(this.topic.key, key));
    return bytes && this.topic.value.decode(bytes);
  }

  *entries(): IterableIterator<[K, V]> {
    for (const identity of this.table.keys()) {
      const bytes = this.table.get(identity)!;
      yield [this.keys.get(identity) ?? (identity as K), this.topic.value.decode(bytes)];
    }
  }

  /** Nothing: the topic is the changelog. */
  drain(): void {
    return;
  }
}
