/** What every store is to the task that owns it. */
import { encodeBehind, type Codec } from '../codec/index.ts';

/** A record of a changelog, in place; a null key or value starts at -1. The log reader's cursor fits. */
export interface RestoredRecord {
  readonly source: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly timestampMs: number;
}

/** Takes a changelog's record; null deletes the key. */
export type ChangelogWriter = (key: Buffer, value: Buffer | null, timestampMs: number) => void;

export interface StateStore {
  /** How many entries it holds. */
  readonly size: number;
  /** Takes a record of the changelog; in order, before anything else is done with the store. */
  restore(record: RestoredRecord): void;
  /** Hands over what changed since the last call, in any order, each key once. */
  drain(write: ChangelogWriter): void;
}

/** What a table can be asked. */
export interface ReadableStore<K, V> {
  readonly size: number;
  get(key: K): V | undefined;
  /** In no particular order. */
  entries(): IterableIterator<[K, V]>;
}

/** The first byte of a changelog key. */
export const changelogTag = { entry: 0, streamTime: 1 } as const;

export const streamTimeKey = Buffer.from([changelogTag.streamTime]);

export function entryKey(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([entryTag, ...parts]);
}

/** The changelog key of an entry of which nothing but the key is said. */
export function entryKeyOf<K>(codec: Codec<K>, key: K): Buffer {
  const bytes = encodeBehind(codec, 1, key);
  bytes[0] = changelogTag.entry;
  return bytes;
}

const entryTag = Buffer.from([changelogTag.entry]);
