/**
 * The records of two streams that may still find a partner, and the stream time after which they cannot.
 *
 * Changelog: tag 0, side as 1 byte, timestamp as 8, a number as 4 that tells equal ones apart, key -> matched as 1 byte and the
 * record's value; tag 1 -> stream time as 8 bytes.
 */
import { keyIdentity, longCodec, type Codec, type KeyIdentity } from '../codec/index.ts';
import { DueQueue } from './due-queue.ts';
import {
  changelogTag,
  entryKey,
  streamTimeKey,
  type ChangelogWriter,
  type RestoredRecord,
  type StateStore,
} from './state-store.ts';

export type JoinSide = 0 | 1;

export interface JoinEntry<K> {
  readonly side: JoinSide;
  readonly key: K;
  readonly timestampMs: number;
  /** Tells records of one key and timestamp apart. */
  readonly number: number;
  /** Of the type of its side. */
  readonly value: unknown;
  matched: boolean;
  removed: boolean;
  logged: boolean;
}

type Sides<K> = readonly [JoinEntry<K>[], JoinEntry<K>[]];

export class JoinStore<K, V, W> implements StateStore {
  /** The greatest timestamp seen on either side; -1 before the first. */
  streamTimeMs = -1;
  private drainedStreamTimeMs = -1;
  private readonly byKey = new Map<KeyIdentity, Sides<K>>();
  private readonly ages = new DueQueue<JoinEntry<K>>();
  private changed = new Set<JoinEntry<K>>();
  private count = 0;

  constructor(
    private readonly keyCodec: Codec<K>,
    private readonly valueCodecs: readonly [Codec<V>, Codec<W>],
  ) {}

  get size(): number {
    return this.count;
  }

  of(key: K, side: JoinSide): readonly JoinEntry<K>[] {
    return this.byKey.get(keyIdentity(this.keyCodec, key))?.[side] ?? [];
  }

  add(side: JoinSide, key: K, timestampMs: number, value: unknown, matched: boolean): void {
    let number = 0;
    for (const other of this.of(key, side))
      if (other.timestampMs === timestampMs) number = Math.max(number, other.number + 1);
    const entry = { side, key, timestampMs, number, value, matched, removed: false, logged: false };
    this.insert(entry);
    this.changed.add(entry);
  }

  match(entry: JoinEntry<K>): void {
    if (entry.matched) return;
    entry.matched = true;
    this.changed.add(entry);
  }

  /** Takes out the next record from before `timeMs`, the oldest first. */
  takeBefore(timeMs: number): JoinEntry<K> | undefined {
    for (;;) {
      const entry = this.ages.takeBefore(timeMs);
      if (!entry) return undefined;
      if (entry.removed) continue;
      this.remove(entry);
      return entry;
    }
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    if (source[keyStart] === changelogTag.streamTime) {
      this.streamTimeMs = this.drainedStreamTimeMs = longCodec.decode(source.subarray(valueStart, valueEnd));
      return;
    }
    const side = source[keyStart + 1] as JoinSide;
    const timestampMs = longCodec.decode(source.subarray(keyStart + 2, keyStart + 10));
    const number = source.readUInt32BE(keyStart + 10);
    const key = this.keyCodec.decode(source.subarray(keyStart + 14, keyEnd));
    const known = this.of(key, side).find((entry) => entry.timestampMs === timestampMs && entry.number === number);
    if (known) {
      known.logged = false;
      this.remove(known);
    }
    if (valueStart < 0) return;
    const value = this.valueCodecs[side].decode(source.subarray(valueStart + 1, valueEnd));
    const matched = source[valueStart] === 1;
    this.insert({ side, key, timestampMs, number, value, matched, removed: false, logged: true });
  }

  drain(write: ChangelogWriter): void {
    const sorted = [...this.changed].sort((one, other) => Number(other.removed) - Number(one.removed));
    for (const entry of sorted) {
      const value = entry.removed ? null : this.valueBytes(entry);
      write(this.keyBytes(entry), value, entry.timestampMs);
      entry.logged = !entry.removed;
    }
    this.changed = new Set();
    if (this.streamTimeMs === this.drainedStreamTimeMs) return;
    this.drainedStreamTimeMs = this.streamTimeMs;
    write(streamTimeKey, longCodec.encode(this.streamTimeMs), this.streamTimeMs);
  }

  private keyBytes({ side, timestampMs, number, key }: JoinEntry<K>): Buffer {
    const numberBytes = Buffer.allocUnsafe(4);
    numberBytes.writeUInt32BE(number);
    return entryKey(Buffer.from([side]), longCodec.encode(timestampMs), numberBytes, this.keyCodec.encode(key));
  }

  private valueBytes({ side, value, matched }: JoinEntry<K>): Buffer {
    const bytes = (this.valueCodecs[side] as Codec<unknown>).encode(value);
    return Buffer.concat([Buffer.from([matched ? 1 : 0]), bytes]);
  }

  private insert(entry: JoinEntry<K>): void {
    const identity = keyIdentity(this.keyCodec, entry.key);
    let sides = this.byKey.get(identity);
    if (!sides) {
      sides = [[], []];
      this.byKey.set(identity, sides);
    }
    sides[entry.side].push(entry);
    this.ages.add(entry.timestampMs, entry);
    this.count++;
  }

  private remove(entry: JoinEntry<K>): void {
    const identity = keyIdentity(this.keyCodec, entry.key);
    const sides = this.byKey.get(identity)!;
    const list = sides[entry.side];
    list.splice(list.indexOf(entry), 1);
    if (sides[0].length === 0 && sides[1].length === 0) this.byKey.delete(identity);
    entry.removed = true;
    this.count--;
    if (entry.logged) this.changed.add(entry);
    else this.changed.delete(entry);
  }
}
