/**
 * Which records of each window were seen, and the stream time that decides which windows are closed: a million of them take some 16 MB. Of
 * what tells a record apart the first 8 bytes of its SHA-256 are kept, so that among a million of a window one is taken for another once in
 * some forty million windows.
 *
 * A window that is dropped is deleted from the changelog piece by piece, with each drain so much, as it may be large; what was not deleted
 * when the task ended comes back with the next one, and is dropped there again.
 *
 * Changelog: tag 0, window start as 8 bytes, digest as 8 -> nothing, 0 bytes; tag 1 -> stream time as 8 bytes.
 */
import { hash } from 'node:crypto';
import { longCodec, writeLong } from '../codec/index.ts';
import { DigestSet } from './digest-set.ts';
import {
  changelogTag,
  streamTimeKey,
  type ChangelogWriter,
  type RestoredRecord,
  type StateStore,
} from './state-store.ts';

interface SeenWindow {
  readonly startMs: number;
  readonly digests: DigestSet;
  /** What the changelog does not know yet: each as its two halves. */
  fresh: number[];
}

interface DroppedWindow {
  readonly startMs: number;
  /** What is left to delete. */
  readonly digests: IterableIterator<readonly [high: number, low: number]>;
}

/** Deletions of a drain. */
const deletionsPerDrain = 20_000;
const nothing = Buffer.alloc(0);
const digestAt = 9;

export class SeenStore implements StateStore {
  /** The greatest timestamp seen; -1 before the first. */
  streamTimeMs = -1;
  private drainedStreamTimeMs = -1;
  private readonly byStart = new Map<number, SeenWindow>();
  private readonly dropped: DroppedWindow[] = [];

  get size(): number {
    let size = 0;
    for (const { digests } of this.byStart.values()) size += digests.size;
    return size;
  }

  /** The start of the earliest window that is held; Infinity when none is. */
  get earliestStartMs(): number {
    let earliestMs = Infinity;
    for (const startMs of this.byStart.keys()) earliestMs = Math.min(earliestMs, startMs);
    return earliestMs;
  }

  /** Answers whether it is the first of its window that says so. */
  see(identity: string, startMs: number): boolean {
    const digest = hash('sha256', identity, 'buffer');
    const [high, low] = [digest.readUInt32BE(0), digest.readUInt32BE(4)];
    const window = this.windowAt(startMs);
    if (!window.digests.add(high, low)) return false;
    window.fresh.push(high, low);
    return true;
  }

  /** Forgets a window. */
  drop(startMs: number): void {
    const window = this.byStart.get(startMs);
    if (!window) return;
    this.byStart.delete(startMs);
    this.dropped.push({ startMs, digests: window.digests.values() });
  }

  restore({ source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord): void {
    if (source[keyStart] === changelogTag.streamTime) {
      this.streamTimeMs = this.drainedStreamTimeMs = longCodec.decode(source.subarray(valueStart, valueEnd));
      return;
    }
    if (keyEnd - keyStart !== digestAt + 8) return;
    const startMs = longCodec.decode(source.subarray(keyStart + 1, keyStart + digestAt));
    const [high, low] = [source.readUInt32BE(keyStart + digestAt), source.readUInt32BE(keyStart + digestAt + 4)];
    const { digests } = this.windowAt(startMs);
    if (valueStart >= 0) digests.add(high, low);
    else digests.delete(high, low);
    if (digests.size === 0) this.byStart.delete(startMs);
  }

  drain(write: ChangelogWriter): void {
    for (const window of this.byStart.values()) {
      const { startMs, fresh } = window;
      for (let at = 0; at < fresh.length; at += 2)
        write(keyOf(startMs, fresh[at]!, fresh[at + 1]!), nothing, Math.max(startMs, 0));
      window.fresh = [];
    }
    this.deleteDropped(write);
    if (this.streamTimeMs === this.drainedStreamTimeMs) return;
    this.drainedStreamTimeMs = this.streamTimeMs;
    write(streamTimeKey, longCodec.encode(this.streamTimeMs), this.streamTimeMs);
  }

  private deleteDropped(write: ChangelogWriter): void {
    for (let left = deletionsPerDrain; this.dropped.length > 0;) {
      const { startMs, digests } = this.dropped[0]!;
      for (; left > 0; left -= 1) {
        const next = digests.next();
        if (next.done === true) break;
        write(keyOf(startMs, ...next.value), null, Math.max(this.streamTimeMs, 0));
      }
      if (left === 0) return;
      this.dropped.shift();
    }
  }

  private windowAt(startMs: number): SeenWindow {
    let window = this.byStart.get(startMs);
    if (!window) {
      window = { startMs, digests: new DigestSet(), fresh: [] };
      this.byStart.set(startMs, window);
    }
    return window;
  }
}

function keyOf(startMs: number, high: number, low: number): Buffer {
  const key = Buffer.allocUnsafe(digestAt + 8);
  key[0] = changelogTag.entry;
  writeLong(key, startMs, 1);
  key.writeUInt32BE(high, digestAt);
  key.writeUInt32BE(low, digestAt + 4);
  return key;
}
