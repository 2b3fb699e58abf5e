/**
 * Bounds the memory of the indexes of segments that are no longer written: those not used for longest are let go, and read from
 * their files again when they are needed.
 */
export interface HoldsIndexes {
  /** Bytes of the loaded indexes. */
  readonly indexBytes: number;
  /** Lets the indexes go; false when that is not possible now. */
  unloadIndexes(): boolean;
}

export class IndexCache {
  readonly #budgetBytes: number;
  readonly #holders = new Map<HoldsIndexes, number>();
  #usedBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Notes a use. */
  touch(holder: HoldsIndexes): void {
    this.remove(holder);
    this.#holders.set(holder, holder.indexBytes);
    this.#usedBytes += holder.indexBytes;
    if (this.#usedBytes > this.#budgetBytes) this.#shrink(holder);
  }

  remove(holder: HoldsIndexes): void {
    this.#usedBytes -= this.#holders.get(holder) ?? 0;
    this.#holders.delete(holder);
  }

  #shrink(keep: HoldsIndexes): void {
    for (const holder of this.#holders.keys()) {
      if (this.#usedBytes <= this.#budgetBytes) return;
      if (holder !== keep && holder.unloadIndexes()) this.remove(holder);
    }
  }
}
