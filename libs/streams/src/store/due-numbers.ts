/** As {@link DueQueue}, of whole numbers from 0 to 2^32 - 1: twenty bytes each, and nothing for the garbage collector to walk. */

const leastRoom = 64;

export class DueNumbers {
  size = 0;
  private dues = new Float64Array(leastRoom);
  private orders = new Float64Array(leastRoom);
  private numbers = new Uint32Array(leastRoom);
  private order = 0;

  /** When the next is due; Infinity when nothing waits. */
  get nextMs(): number {
    return this.size === 0 ? Infinity : this.dues[0]!;
  }

  add(dueMs: number, number: number): void {
    if (this.size === this.dues.length) this.grow();
    const order = this.order++;
    let child = this.size++;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.dues[parent]! <= dueMs) break;
      this.move(parent, child);
      child = parent;
    }
    this.put(child, dueMs, order, number);
  }

  /** Takes the next, which must be there. */
  take(): number {
    const first = this.numbers[0]!;
    const last = --this.size;
    const [dueMs, order, number] = [this.dues[last]!, this.orders[last]!, this.numbers[last]!];
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && this.isBefore(child + 1, this.dues[child]!, this.orders[child]!)) child += 1;
      if (!this.isBefore(child, dueMs, order)) break;
      this.move(child, hole);
      hole = child;
    }
    this.put(hole, dueMs, order, number);
    return first;
  }

  private isBefore(at: number, dueMs: number, order: number): boolean {
    return this.dues[at]! < dueMs || (this.dues[at] === dueMs && this.orders[at]! < order);
  }

  private move(from: number, to: number): void {
    this.put(to, this.dues[from]!, this.orders[from]!, this.numbers[from]!);
  }

  private put(at: number, dueMs: number, order: number, number: number): void {
    this.dues[at] = dueMs;
    this.orders[at] = order;
    this.numbers[at] = number;
  }

  private grow(): void {
    const room = 2 * this.dues.length;
    const [dues, orders, numbers] = [new Float64Array(room), new Float64Array(room), new Uint32Array(room)];
    dues.set(this.dues);
    orders.set(this.orders);
    numbers.set(this.numbers);
    [this.dues, this.orders, this.numbers] = [dues, orders, numbers];
  }
}
