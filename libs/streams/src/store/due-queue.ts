/** A binary heap of things that are due at a time; what was added first comes first among equals. */
export class DueQueue<T> {
  private readonly heap: { readonly dueMs: number; readonly order: number; readonly item: T }[] = [];
  private order = 0;

  /** When the next is due; Infinity when nothing waits. */
  get nextMs(): number {
    return this.heap[0]?.dueMs ?? Infinity;
  }

  add(dueMs: number, item: T): void {
    const { heap } = this;
    heap.push({ dueMs, order: this.order++, item });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** Takes the next that is due before `timeMs`. */
  takeBefore(timeMs: number): T | undefined {
    const { heap } = this;
    const first = heap[0];
    if (!first || first.dueMs >= timeMs) return undefined;
    const last = heap.pop()!;
    if (heap.length === 0) return first.item;
    heap[0] = last;
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      let least = parent;
      if (left < heap.length && this.isBefore(left, least)) least = left;
      if (left + 1 < heap.length && this.isBefore(left + 1, least)) least = left + 1;
      if (least === parent) return first.item;
      this.swap(parent, least);
      parent = least;
    }
  }

  private isBefore(one: number, other: number): boolean {
    const left = this.heap[one]!;
    const right = this.heap[other]!;
    return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
  }

  private swap(one: number, other: number): void {
    const held = this.heap[one]!;
    this.heap[one] = this.heap[other]!;
    this.heap[other] = held;
  }
}
