/** Counts what arrives and lets a test wait for it without a clock. */
export class Arrivals<T> {
  readonly all: T[] = [];
  #changed = Promise.withResolvers<undefined>();

  add(item: T): void {
    this.all.push(item);
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve(undefined);
  }

  /** Resolves with everything that arrived, once `enough` of it says so; the test's time-out is the limit. */
  async until(enough: (all: readonly T[]) => boolean): Promise<readonly T[]> {
    while (!enough(this.all)) await this.#changed.promise;
    return this.all;
  }

  /** Resolves when `count` items have arrived. */
  atLeast(count: number): Promise<readonly T[]> {
    return this.until((all) => all.length >= count);
  }
}
