/** The newest value of each key. Changelog: tag 0 and the key; the value's bytes; the record's timestamp is the entry's. */
import { keyIdentity, type Codec, type KeyIdentity } from '../codec/index.ts';
import {
  entryKeyOf,
  type ChangelogWriter,
  type ReadableStore,
  type RestoredRecord,
  type StateStore,
} from './state-store.ts';

export interface KeyValueEntry<K, V> {
  readonly key: K;
  /** Undefined after a deletion, until it is drained. */
  value: V | undefined;
  timestampMs: number;
  dirty: boolean;
}

export class KeyValueStore<K, V> implements StateStore, ReadableStore<K, V> {
  private readonly byKey = new Map<KeyIdentity, KeyValueEntry<K, V>>();
  private changed: KeyValueEntry<K, V>[] = [];
  private deleted = 0;

  constructor(
    private readonly keyCodec: Codec<K>,
    private readonly valueCodec: Codec<V>,
  ) {}

  get size(): number {
    return this.byKey.size - this.deleted;
  }

  get(key: K): V | undefined {
    return this.byKey.get(keyIdentity(this.keyCodec, key))?.value;
  }

  timestampOf(key: K): number | undefined {
    return this.byKey.get(keyIdentity(this.keyCodec, key))?.timestampMs;
  }

  *entries(): IterableIterator<[K, V]> {
    for (const { key, value } of this.byKey.values()) if (value !== undefined) yield [key, value];
  }

  /** Undefined deletes the key. */
  put(key: K, value: V | undefined, timestampMs: number): void {
    const identity = keyIdentity(this.keyCodec, key);
    const entry = this.byKey.get(identity);
    if (!entry) {
      if (value === undefined) return;
      const added = { key, value, timestampMs, dirty: true };
      this.byKey.set(identity, added);
      this.changed.push(added);
      return;
    }
    if ((entry.value === undefined) !== (value === undefined)) this.deleted += value === undefined ? 1 : -1;
    entry.value = value;
    entry.timestampMs = timestampMs;
    if (entry.dirty) return;
    entry.dirty = true;
    this.changed.push(entry);
  }

  /** What changed since the last drain, each key once. */
  changes(): readonly KeyValueEntry<K, V>[] {
    return this.changed;
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd, timestampMs }: RestoredRecord): void {
    const key = this.keyCodec.decode(source.subarray(keyStart + 1, keyEnd));
    const identity = keyIdentity(this.keyCodec, key);
    if (valueStart < 0) this.byKey.delete(identity);
    else {
      const value = this.valueCodec.decode(source.subarray(valueStart, valueEnd));
      this.byKey.set(identity, { key, value, timestampMs, dirty: false });
    }
  }

  drain(write: ChangelogWriter): void {
    for (const entry of this.changed) {
      const { key, value, timestampMs } = entry;
      entry.dirty = false;
      write(entryKeyOf(this.keyCodec, key), value === undefined ? null : this.valueCodec.encode(value), timestampMs);
      if (value === undefined) {
        this.byKey.delete(keyIdentity(this.keyCodec, key));
        this.deleted--;
      }
    }
    this.changed = [];
  }
}
