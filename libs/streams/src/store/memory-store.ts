/**
 * What is remembered of keys, each until a time of its own, and the stream time that says when it is over.
 *
 * Changelog: tag 0 and the key -> the time until which it is kept as 8 bytes and the state's; tag 1 -> stream time as 8 bytes.
 */
import { encodeBehind, keyIdentity, longCodec, writeLong, type Codec, type KeyIdentity } from '../codec/index.ts';
import { DueQueue } from './due-queue.ts';
import {
  changelogTag,
  entryKeyOf,
  streamTimeKey,
  type ChangelogWriter,
  type RestoredRecord,
  type StateStore,
} from './state-store.ts';

/** What is remembered of a key. */
export interface Memory<K, S> {
  readonly key: K;
  state: S;
  /** It is over when stream time is greater. */
  untilMs: number;
  forgotten: boolean;
  dirty: boolean;
  /** Whether the changelog knows it. */
  logged: boolean;
}

export class MemoryStore<K, S> implements StateStore {
  /** The greatest timestamp seen; -1 before the first. */
  streamTimeMs = -1;
  private drainedStreamTimeMs = -1;
  private readonly byKey = new Map<KeyIdentity, Memory<K, S>>();
  /** A memory stands here once for each time that it was to be over; only the last counts. */
  private readonly ends = new DueQueue<Memory<K, S>>();
  private changed: Memory<K, S>[] = [];

  constructor(
    private readonly keyCodec: Codec<K>,
    private readonly stateCodec: Codec<S>,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  of(key: K): Memory<K, S> | undefined {
    return this.byKey.get(keyIdentity(this.keyCodec, key));
  }

  add(key: K, state: S, untilMs: number): void {
    this.touch(this.insert(key, state, untilMs, false));
  }

  /** A state is replaced, not changed: the same one, for as long, is no change. */
  replace(memory: Memory<K, S>, state: S, untilMs: number): void {
    if (memory.state === state && memory.untilMs === untilMs) return;
    memory.state = state;
    if (memory.untilMs !== untilMs) this.ends.add(untilMs, memory);
    memory.untilMs = untilMs;
    this.touch(memory);
  }

  forget(memory: Memory<K, S>): void {
    this.byKey.delete(keyIdentity(this.keyCodec, memory.key));
    memory.forgotten = true;
    if (memory.logged) this.touch(memory);
  }

  /** Takes out the next memory that is over, in the order of their ends. */
  takeOver(): Memory<K, S> | undefined {
    for (;;) {
      const memory = this.ends.takeBefore(this.streamTimeMs);
      if (!memory) return undefined;
      if (memory.forgotten || memory.untilMs >= this.streamTimeMs) continue;
      this.forget(memory);
      return memory;
    }
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    if (source[keyStart] === changelogTag.streamTime) {
      this.streamTimeMs = this.drainedStreamTimeMs = longCodec.decode(source.subarray(valueStart, valueEnd));
      return;
    }
    const key = this.keyCodec.decode(source.subarray(keyStart + 1, keyEnd));
    const known = this.of(key);
    if (known) {
      known.logged = false;
      this.forget(known);
    }
    if (valueStart < 0) return;
    const untilMs = longCodec.decode(source.subarray(valueStart, valueStart + 8));
    this.insert(key, this.stateCodec.decode(source.subarray(valueStart + 8, valueEnd)), untilMs, true);
  }

  drain(write: ChangelogWriter): void {
    const { streamTimeMs } = this;
    // What was forgotten goes first: its key may have come again since.
    for (const memory of this.changed)
      if (memory.forgotten && memory.logged) write(entryKeyOf(this.keyCodec, memory.key), null, streamTimeMs);
    for (const memory of this.changed) {
      memory.dirty = false;
      if (!memory.forgotten) write(entryKeyOf(this.keyCodec, memory.key), this.valueBytes(memory), streamTimeMs);
      memory.logged = !memory.forgotten;
    }
    this.changed = [];
    if (streamTimeMs === this.drainedStreamTimeMs) return;
    this.drainedStreamTimeMs = streamTimeMs;
    write(streamTimeKey, longCodec.encode(streamTimeMs), streamTimeMs);
  }

  private insert(key: K, state: S, untilMs: number, logged: boolean): Memory<K, S> {
    const memory = { key, state, untilMs, forgotten: false, dirty: false, logged };
    this.byKey.set(keyIdentity(this.keyCodec, key), memory);
    this.ends.add(untilMs, memory);
    return memory;
  }

  private touch(memory: Memory<K, S>): void {
    if (memory.dirty) return;
    memory.dirty = true;
    this.changed.push(memory);
  }

  private valueBytes({ state, untilMs }: Memory<K, S>): Buffer {
    const bytes = encodeBehind(this.stateCodec, 8, state);
    writeLong(bytes, untilMs, 0);
    return bytes;
  }
}
