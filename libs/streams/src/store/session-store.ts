/**
 * Open sessions of keys, and the stream time that closes them.
 *
 * Changelog: tag 0, start and end as 8 bytes each, key -> the aggregate's bytes; tag 1 -> stream time as 8 bytes. A session that grows
 * is another session: the old one is deleted.
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

export interface Session<K, A> {
  readonly key: K;
  readonly startMs: number;
  readonly endMs: number;
  readonly aggregate: A;
  removed: boolean;
  /** Whether the changelog, and the readers of updates, know it. */
  logged: boolean;
}

export class SessionStore<K, A> implements StateStore {
  /** The greatest timestamp seen; -1 before the first. */
  streamTimeMs = -1;
  private drainedStreamTimeMs = -1;
  private readonly byKey = new Map<KeyIdentity, Session<K, A>[]>();
  /** Sessions by their ends; removed ones are passed over. */
  private readonly ends = new DueQueue<Session<K, A>>();
  private changed = new Set<Session<K, A>>();
  private count = 0;

  constructor(
    private readonly keyCodec: Codec<K>,
    private readonly valueCodec: Codec<A>,
  ) {}

  get size(): number {
    return this.count;
  }

  /** The open sessions of a key, in order of time. */
  of(key: K): readonly Session<K, A>[] {
    return this.byKey.get(keyIdentity(this.keyCodec, key)) ?? [];
  }

  add(key: K, startMs: number, endMs: number, aggregate: A): void {
    const session = { key, startMs, endMs, aggregate, removed: false, logged: false };
    this.insert(session);
    this.changed.add(session);
  }

  remove(session: Session<K, A>): void {
    const identity = keyIdentity(this.keyCodec, session.key);
    const left = (this.byKey.get(identity) ?? []).filter((other) => other !== session);
    if (left.length > 0) this.byKey.set(identity, left);
    else this.byKey.delete(identity);
    session.removed = true;
    this.count--;
    // A session that came and went between two drains was never told of.
    if (session.logged) this.changed.add(session);
    else this.changed.delete(session);
  }

  /** Takes the next open session that ended before `timeMs`, the earliest end first. It is still in the store. */
  endedBefore(timeMs: number): Session<K, A> | undefined {
    for (;;) {
      const session = this.ends.takeBefore(timeMs);
      if (!session?.removed) return session;
    }
  }

  /** What changed since the last drain: new sessions, and removed ones that were told of. */
  changes(): Iterable<Session<K, A>> {
    return this.changed;
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    if (source[keyStart] === changelogTag.streamTime) {
      this.streamTimeMs = this.drainedStreamTimeMs = longCodec.decode(source.subarray(valueStart, valueEnd));
      return;
    }
    const startMs = longCodec.decode(source.subarray(keyStart + 1, keyStart + 9));
    const endMs = longCodec.decode(source.subarray(keyStart + 9, keyStart + 17));
    const key = this.keyCodec.decode(source.subarray(keyStart + 17, keyEnd));
    const known = this.of(key).find((session) => session.startMs === startMs && session.endMs === endMs);
    if (known) {
      known.logged = false;
      this.remove(known);
    }
    if (valueStart < 0) return;
    const aggregate = this.valueCodec.decode(source.subarray(valueStart, valueEnd));
    this.insert({ key, startMs, endMs, aggregate, removed: false, logged: true });
  }

  drain(write: ChangelogWriter): void {
    // A session that was replaced by an equal one has the same key: deletions go first.
    const sorted = [...this.changed].sort((one, other) => Number(other.removed) - Number(one.removed));
    for (const session of sorted) {
      const { key, startMs, endMs, aggregate, removed } = session;
      const changelogKey = entryKey(longCodec.encode(startMs), longCodec.encode(endMs), this.keyCodec.encode(key));
      write(changelogKey, removed ? null : this.valueCodec.encode(aggregate), endMs);
      session.logged = !removed;
    }
    this.changed = new Set();
    if (this.streamTimeMs === this.drainedStreamTimeMs) return;
    this.drainedStreamTimeMs = this.streamTimeMs;
    write(streamTimeKey, longCodec.encode(this.streamTimeMs), this.streamTimeMs);
  }

  private insert(session: Session<K, A>): void {
    const identity = keyIdentity(this.keyCodec, session.key);
    const sessions = this.byKey.get(identity);
    if (sessions) {
      sessions.push(session);
      sessions.sort((one, other) => one.startMs - other.startMs);
    } else this.byKey.set(identity, [session]);
    this.ends.add(session.endMs, session);
    this.count++;
  }
}
