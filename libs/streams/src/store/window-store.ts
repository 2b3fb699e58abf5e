/**
 * Aggregates of keys by window, and the stream time that decides which windows are closed.
 *
 * Changelog: tag 0, window start as 8 bytes, key -> the aggregate's bytes, with the newest timestamp in it as the record's; tag 1 ->
 * stream time as 8 bytes.
 */
import { keyIdentity, longCodec, writeLong, type Codec, type KeyIdentity } from '../codec/index.ts';
import {
  changelogTag,
  streamTimeKey,
  type ChangelogWriter,
  type RestoredRecord,
  type StateStore,
} from './state-store.ts';

export interface WindowEntry<K, A> {
  readonly key: K;
  readonly startMs: number;
  aggregate: A;
  /** The newest timestamp in it. */
  timestampMs: number;
  dirty: boolean;
  /** Dropped with its window, and only waits to be drained. */
  dropped: boolean;
  /** Whether the changelog knows it. */
  logged: boolean;
}

type Window<K, A> = Map<KeyIdentity, WindowEntry<K, A>>;

export class WindowStore<K, A> implements StateStore {
  /** The greatest timestamp seen; -1 before the first. */
  streamTimeMs = -1;
  private drainedStreamTimeMs = -1;
  private readonly byStart = new Map<number, Window<K, A>>();
  private earliest = Infinity;
  private changed: WindowEntry<K, A>[] = [];
  private count = 0;

  constructor(
    private readonly keyCodec: Codec<K>,
    private readonly valueCodec: Codec<A>,
  ) {}

  get size(): number {
    return this.count;
  }

  /** The start of the earliest window that is held; Infinity when none is. */
  get earliestStartMs(): number {
    return this.earliest;
  }

  entry(key: K, startMs: number): WindowEntry<K, A> | undefined {
    return this.byStart.get(startMs)?.get(keyIdentity(this.keyCodec, key));
  }

  /** The aggregate of a key in a window. */
  get(key: K, startMs: number): A | undefined {
    return this.entry(key, startMs)?.aggregate;
  }

  /** Every aggregate of a window that is still held. */
  *window(startMs: number): IterableIterator<WindowEntry<K, A>> {
    yield* this.byStart.get(startMs)?.values() ?? [];
  }

  /** The starts of the windows that are held, the earliest first. */
  starts(): number[] {
    return [...this.byStart.keys()].sort((one, other) => one - other);
  }

  add(key: K, startMs: number, aggregate: A, timestampMs: number): WindowEntry<K, A> {
    const entry = { key, startMs, aggregate, timestampMs, dirty: false, dropped: false, logged: false };
    this.insert(entry);
    return entry;
  }

  touch(entry: WindowEntry<K, A>): void {
    if (entry.dirty) return;
    entry.dirty = true;
    this.changed.push(entry);
  }

  /** Forgets a window. */
  drop(startMs: number): void {
    const window = this.byStart.get(startMs);
    if (!window) return;
    this.byStart.delete(startMs);
    this.count -= window.size;
    for (const entry of window.values()) {
      entry.dropped = true;
      if (entry.logged) this.touch(entry);
    }
    if (startMs !== this.earliest) return;
    this.earliest = Infinity;
    for (const start of this.byStart.keys()) this.earliest = Math.min(this.earliest, start);
  }

  /** What changed since the last drain. */
  *changes(): IterableIterator<WindowEntry<K, A>> {
    for (const entry of this.changed) if (!entry.dropped) yield entry;
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd, timestampMs }: RestoredRecord): void {
    if (source[keyStart] === changelogTag.streamTime) {
      this.streamTimeMs = this.drainedStreamTimeMs = longCodec.decode(source.subarray(valueStart, valueEnd));
      return;
    }
    const startMs = longCodec.decode(source.subarray(keyStart + 1, keyStart + 9));
    const key = this.keyCodec.decode(source.subarray(keyStart + 9, keyEnd));
    this.remove(key, startMs);
    if (valueStart < 0) return;
    const aggregate = this.valueCodec.decode(source.subarray(valueStart, valueEnd));
    this.insert({ key, startMs, aggregate, timestampMs, dirty: false, dropped: false, logged: true });
  }

  drain(write: ChangelogWriter): void {
    for (const entry of this.changed) {
      const { key, startMs, aggregate, timestampMs, dropped } = entry;
      entry.dirty = false;
      if (dropped && !entry.logged) continue;
      write(this.changelogKey(key, startMs), dropped ? null : this.valueCodec.encode(aggregate), timestampMs);
      entry.logged = !dropped;
    }
    this.changed = [];
    if (this.streamTimeMs === this.drainedStreamTimeMs) return;
    this.drainedStreamTimeMs = this.streamTimeMs;
    write(streamTimeKey, longCodec.encode(this.streamTimeMs), this.streamTimeMs);
  }

  private changelogKey(key: K, startMs: number): Buffer {
    const keyBytes = this.keyCodec.encode(key);
    const bytes = Buffer.allocUnsafe(9 + keyBytes.length);
    bytes[0] = changelogTag.entry;
    writeLong(bytes, startMs, 1);
    keyBytes.copy(bytes, 9);
    return bytes;
  }

  private insert(entry: WindowEntry<K, A>): void {
    let window = this.byStart.get(entry.startMs);
    if (!window) {
      window = new Map();
      this.byStart.set(entry.startMs, window);
      this.earliest = Math.min(this.earliest, entry.startMs);
    }
    window.set(keyIdentity(this.keyCodec, entry.key), entry);
    this.count++;
  }

  private remove(key: K, startMs: number): void {
    const window = this.byStart.get(startMs);
    if (!window?.delete(keyIdentity(this.keyCodec, key))) return;
    this.count--;
    if (window.size === 0) this.drop(startMs);
  }
}
