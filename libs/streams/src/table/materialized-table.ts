/**
 * A table of a whole compacted topic: restored when it is opened, then followed. Every instance that opens it holds all of it; a table of
 * only the partitions that an instance owns is `StreamsBuilder.table`.
 *
 * Memory: values as bytes as they lie in the topic, plus about 60 bytes and the key's characters for each key (`bytes` tells).
 */
import type { KafkaClient } from '@headwater/messaging';
import type { StreamTopic } from '../codec/index.ts';
import { TableStore, type ReadableStore } from '../store/index.ts';
import { followTopic, type FollowOptions, type TopicFollower } from './topic-follower.ts';

/** What is read into a table, and who hears of its progress. */
export type OpenTableOptions = FollowOptions;

/** Begins to restore; wait for `restored` before asking. @throws {StreamsError} `TOPIC_MISSING`; or when no broker answers. */
export async function openTable<K, V>(
  client: KafkaClient,
  topic: StreamTopic<K, V>,
  options: OpenTableOptions = {},
): Promise<MaterializedTable<K, V>> {
  const store = new TableStore(topic);
  const prepareAt = topic.value.prepareAt?.bind(topic.value);
  const follower = await followTopic(
    client,
    { topic: topic.name, ...(prepareAt && { prepareAt }), apply: (record) => store.restore(record) },
    options,
  );
  return new MaterializedTable(store, follower);
}

export class MaterializedTable<K, V> implements ReadableStore<K, V> {
  /** Use {@link openTable}. */
  constructor(
    private readonly store: TableStore<K, V>,
    private readonly follower: TopicFollower,
  ) {}

  /** Resolves when everything is in the table that was in the topic when it was opened. */
  get restored(): Promise<void> {
    return this.follower.restored;
  }

  get size(): number {
    return this.store.size;
  }

  /** Memory in bytes: values exactly, keys about. */
  get bytes(): number {
    return this.store.bytes;
  }

  /** The newest value of a key; what was read so far while restoring. */
  get(key: K): V | undefined {
    this.follower.assertUsable();
    return this.store.get(key);
  }

  *entries(): IterableIterator<[K, V]> {
    this.follower.assertUsable();
    yield* this.store.entries();
  }

  /** Entries with `from <= key < to`, in order of keys. It looks at every key and sorts what it finds. */
  range(from: K, to: K): [K, V][] {
    const found: [K, V][] = [];
    for (const entry of this.entries()) if (entry[0] >= from && entry[0] < to) found.push(entry);
    return found.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  }

  /**
   * Resolves when the record at `offset` of a partition, and so everything before it, is in the table: to read what one has written.
   * @throws {StreamsError} `CLOSED`; or the signal's reason.
   */
  async waitForOffset(partition: number, offset: number | bigint, signal?: AbortSignal): Promise<void> {
    await this.follower.waitForOffset(partition, offset, signal);
  }

  /**
   * Resolves when everything is in the table that the topic holds now. Answers the number of partitions.
   * @throws {StreamsError} `CLOSED`; or when no broker answers.
   */
  async waitForEnd(signal?: AbortSignal): Promise<number> {
    return await this.follower.waitForEnd(signal);
  }

  /** For readiness: whether the table can be asked. */
  ready(): { readonly ok: boolean; readonly detail?: string } {
    return this.follower.ready();
  }

  async close(): Promise<void> {
    await this.follower.close();
  }
}
