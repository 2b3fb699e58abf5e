/**
 * What is remembered of keys, each until a time of its own, and the stream time that says when it is over.
 *
 * They are held as the bytes that the changelog has of them: of millions that are remembered, most are never asked for. What is asked for
 * is an object until the next drain, so that a key that comes often is not read and written each time.
 *
 * Changelog: tag 0 and the key -> the time until which it is kept as 8 bytes and the state's; tag 1 -> stream time as 8 bytes.
 */
import {
  decodeRange,
  encodeBehind,
  keyIdentity,
  longCodec,
  writeLong,
  type Codec,
  type KeyIdentity,
} from '../codec/index.ts';
import { DueNumbers } from './due-numbers.ts';
import { DueQueue } from './due-queue.ts';
import { EntryTable, type Bytes } from './entry-table.ts';
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
  readonly identity: KeyIdentity;
  state: S;
  /** It is over when stream time is greater. */
  untilMs: number;
  readonly entry: number;
  /** Whether it is no more what its entry says. */
  isChanged: boolean;
}

/** Of an entry: the changelog does not have it yet. */
const unlogged = 1;
/** Of an entry: what is remembered has changed since. */
const outdated = 2;

export class MemoryStore<K, S> implements StateStore {
  /** The greatest timestamp seen; -1 before the first. */
  streamTimeMs = -1;
  private drainedStreamTimeMs = -1;
  private readonly entries: EntryTable;
  /** Entries that the changelog does not have yet, if they are still there. */
  private added: number[] = [];
  /** What was asked for since the last drain. */
  private readonly awake = new Map<KeyIdentity, Memory<K, S>>();
  /** Changelog keys of what the changelog has and was forgotten since the last drain. */
  private forgotten: Buffer[] = [];
  /** A memory stands in one of these once for each time that it was to be over; only the last counts. */
  private readonly entryEnds = new DueNumbers();
  private awakeEnds = new DueQueue<Memory<K, S>>();

  constructor(
    private readonly keyCodec: Codec<K>,
    private readonly stateCodec: Codec<S>,
  ) {
    this.entries = new EntryTable((changelogKey) => keyIdentity(keyCodec, this.keyIn(changelogKey)));
  }

  get size(): number {
    return this.entries.size;
  }

  of(key: K): Memory<K, S> | undefined {
    const identity = keyIdentity(this.keyCodec, key);
    const entry = this.entries.find(identity);
    if (entry < 0) return undefined;
    const known = this.awake.get(identity);
    if (known) return known;
    const memory = this.memoryOf(key, identity, entry);
    this.awake.set(identity, memory);
    return memory;
  }

  /** A key of which nothing is remembered. */
  add(key: K, state: S, untilMs: number): void {
    const changelogKey = wholeOf(entryKeyOf(this.keyCodec, key));
    const entry = this.entries.add(keyIdentity(this.keyCodec, key), changelogKey, this.valueOf(state, untilMs));
    this.entries.mark(entry, unlogged);
    this.entryEnds.add(untilMs, entry);
    this.added.push(entry);
  }

  /** A state is replaced, not changed: the same one, for as long, is no change. */
  replace(memory: Memory<K, S>, state: S, untilMs: number): void {
    if (memory.state === state && memory.untilMs === untilMs) return;
    if (!memory.isChanged || memory.untilMs !== untilMs) this.awakeEnds.add(untilMs, memory);
    memory.state = state;
    memory.untilMs = untilMs;
    memory.isChanged = true;
    this.entries.mark(memory.entry, this.entries.markOf(memory.entry) | outdated);
  }

  forget({ identity, entry }: Memory<K, S>): void {
    this.awake.delete(identity);
    if ((this.entries.markOf(entry) & unlogged) === 0) this.forgotten.push(this.entries.keyOf(entry));
    this.entries.delete(entry);
  }

  /** Takes out the next memory that is over, in the order of their ends. */
  takeOver(): Memory<K, S> | undefined {
    for (;;) {
      const dueMs = Math.min(this.entryEnds.nextMs, this.awakeEnds.nextMs);
      if (dueMs >= this.streamTimeMs) return undefined;
      const memory =
        this.entryEnds.nextMs === dueMs
          ? this.entryUntil(dueMs, this.entryEnds.take())
          : this.awakeUntil(dueMs, this.awakeEnds.takeBefore(this.streamTimeMs)!);
      if (!memory) continue;
      this.forget(memory);
      return memory;
    }
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    if (source[keyStart] === changelogTag.streamTime) {
      this.streamTimeMs = this.drainedStreamTimeMs = longCodec.decode(source.subarray(valueStart, valueEnd));
      return;
    }
    const identity = keyIdentity(this.keyCodec, this.keyIn(source.subarray(keyStart, keyEnd)));
    const entry = this.entries.find(identity);
    if (valueStart < 0) {
      if (entry >= 0) this.entries.delete(entry);
      return;
    }
    const value = { source, start: valueStart, end: valueEnd };
    const untilMs = longCodec.decode(source.subarray(valueStart, valueStart + 8));
    if (entry >= 0) this.change(entry, value, untilMs);
    else this.entryEnds.add(untilMs, this.entries.add(identity, { source, start: keyStart, end: keyEnd }, value));
  }

  drain(write: ChangelogWriter): void {
    const { entries, streamTimeMs } = this;
    // What was forgotten goes first: its key may have come again since.
    for (const key of this.forgotten) write(key, null, streamTimeMs);
    this.forgotten = [];
    for (const { entry, state, untilMs, isChanged } of this.awake.values()) {
      if (!isChanged) continue;
      this.change(entry, this.valueOf(state, untilMs), untilMs);
      entries.mark(entry, 0);
      write(entries.keyOf(entry), entries.valueOf(entry), streamTimeMs);
    }
    this.awake.clear();
    this.awakeEnds = new DueQueue();
    for (const entry of this.added) {
      if (!entries.has(entry) || entries.markOf(entry) !== unlogged) continue;
      entries.mark(entry, 0);
      write(entries.keyOf(entry), entries.valueOf(entry), streamTimeMs);
    }
    this.added = [];
    if (streamTimeMs === this.drainedStreamTimeMs) return;
    this.drainedStreamTimeMs = streamTimeMs;
    write(streamTimeKey, longCodec.encode(streamTimeMs), streamTimeMs);
  }

  private change(entry: number, value: Bytes, untilMs: number): void {
    if (this.untilMsOf(entry) !== untilMs) this.entryEnds.add(untilMs, entry);
    this.entries.replace(entry, wholeOf(this.entries.keyOf(entry)), value);
  }

  /** What was to be over then by its entry, if it still is. */
  private entryUntil(dueMs: number, entry: number): Memory<K, S> | undefined {
    const { entries } = this;
    if (!entries.has(entry) || (entries.markOf(entry) & outdated) !== 0) return undefined;
    if (this.untilMsOf(entry) !== dueMs) return undefined;
    const key = this.keyIn(entries.keyOf(entry));
    const identity = keyIdentity(this.keyCodec, key);
    return this.awake.get(identity) ?? this.memoryOf(key, identity, entry);
  }

  /** What was to be over then, if it still is. */
  private awakeUntil(dueMs: number, memory: Memory<K, S>): Memory<K, S> | undefined {
    return this.awake.get(memory.identity) === memory && memory.untilMs === dueMs ? memory : undefined;
  }

  private memoryOf(key: K, identity: KeyIdentity, entry: number): Memory<K, S> {
    const value = this.entries.valueOf(entry);
    const untilMs = longCodec.decode(value.subarray(0, 8));
    const state = this.stateCodec.decode(value.subarray(8));
    return { key, identity, state, untilMs, entry, isChanged: false };
  }

  private untilMsOf(entry: number): number {
    return longCodec.decode(this.entries.valueOf(entry).subarray(0, 8));
  }

  private keyIn(changelogKey: Buffer): K {
    return decodeRange(this.keyCodec, changelogKey, 1, changelogKey.length);
  }

  private valueOf(state: S, untilMs: number): Bytes {
    const bytes = encodeBehind(this.stateCodec, 8, state);
    writeLong(bytes, untilMs, 0);
    return wholeOf(bytes);
  }
}

const wholeOf = (source: Buffer): Bytes => ({ source, start: 0, end: source.length });
