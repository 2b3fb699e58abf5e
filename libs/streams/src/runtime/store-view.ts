import type { ReadableStore } from '../store/index.ts';

/** The stores of one name of all tasks as one table. A key lies in one of them. */
export class StoreView<K, V> implements ReadableStore<K, V> {
  constructor(
    readonly name: string,
    private readonly parts: () => readonly ReadableStore<unknown, unknown>[],
  ) {}

  get size(): number {
    return this.parts().reduce((sum, part) => sum + part.size, 0);
  }

  /** @throws {StreamsError} `NOT_RESTORED` */
  get(key: K): V | undefined {
    for (const part of this.parts()) {
      const value = part.get(key);
      if (value !== undefined) return value as V;
    }
    return undefined;
  }

  *entries(): IterableIterator<[K, V]> {
    for (const part of this.parts()) yield* part.entries() as IterableIterator<[K, V]>;
  }
}
