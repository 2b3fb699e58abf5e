/**
 * A set of 64-bit digests in one run of memory, 11 to 23 bytes each: open addressing with linear probing, filled to seven tenths. A slot is
 * two halves; two zeros are an empty one, and the digest of two zeros is taken for its neighbor.
 */

const leastSlots = 64;
const fullest = 0.7;

export class DigestSet {
  size = 0;
  private slots = new Uint32Array(2 * leastSlots);

  /** @param high and low: unsigned halves of 32 bits. Answers whether it was not there. */
  add(high: number, low: number): boolean {
    const given = high === 0 && low === 0 ? 1 : low;
    const at = this.find(high, given);
    if (this.isTaken(at)) return false;
    this.slots[at] = high;
    this.slots[at + 1] = given;
    this.size += 1;
    if (this.size > (this.slots.length / 2) * fullest) this.grow();
    return true;
  }

  /** Those behind it move up, so that each stays reachable from where it begins to be looked for. */
  delete(high: number, low: number): void {
    const { slots } = this;
    let gap = this.find(high, high === 0 && low === 0 ? 1 : low);
    if (!this.isTaken(gap)) return;
    this.size -= 1;
    for (let at = this.after(gap); this.isTaken(at); at = this.after(at)) {
      const home = 2 * (slots[at + 1]! & (slots.length / 2 - 1));
      if ((at - home + slots.length) % slots.length < (at - gap + slots.length) % slots.length) continue;
      slots[gap] = slots[at]!;
      slots[gap + 1] = slots[at + 1]!;
      gap = at;
    }
    slots[gap] = slots[gap + 1] = 0;
  }

  /** In no order. */
  *values(): IterableIterator<readonly [high: number, low: number]> {
    for (let at = 0; at < this.slots.length; at += 2)
      if (this.isTaken(at)) yield [this.slots[at]!, this.slots[at + 1]!];
  }

  private after(at: number): number {
    return (at + 2) % this.slots.length;
  }

  private isTaken(at: number): boolean {
    return this.slots[at] !== 0 || this.slots[at + 1] !== 0;
  }

  /** The slot that holds it, or would. */
  private find(high: number, low: number): number {
    const mask = this.slots.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = 2 * slot;
      if (!this.isTaken(at) || (this.slots[at] === high && this.slots[at + 1] === low)) return at;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    for (let from = 0; from < old.length; from += 2) {
      const [high, low] = [old[from]!, old[from + 1]!];
      if (high === 0 && low === 0) continue;
      const at = this.find(high, low);
      this.slots[at] = high;
      this.slots[at + 1] = low;
    }
  }
}
