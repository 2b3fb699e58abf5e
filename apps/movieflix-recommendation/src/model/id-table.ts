/** Identifiers as small numbers, which are given again when their identifier has gone. */
export class IdTable {
  private readonly indexes = new Map<string, number>();
  private readonly names: (string | undefined)[] = [];
  private readonly free: number[] = [];

  /** How many identifiers there are. */
  get size(): number {
    return this.indexes.size;
  }

  /** Above every index that was ever given. */
  get end(): number {
    return this.names.length;
  }

  /** Undefined for one that is not known. */
  find(name: string): number | undefined {
    return this.indexes.get(name);
  }

  add(name: string): number {
    const index = this.free.pop() ?? this.names.length;
    this.indexes.set(name, index);
    this.names[index] = name;
    return index;
  }

  remove(index: number): void {
    const name = this.names[index];
    if (name === undefined) return;
    this.indexes.delete(name);
    this.names[index] = undefined;
    this.free.push(index);
  }

  has(index: number): boolean {
    return this.names[index] !== undefined;
  }

  name(index: number): string {
    return this.names[index]!;
  }

  /** By the identifiers, so that it does not depend on which came first. */
  readonly compare = (one: number, other: number): number => {
    const left = this.names[one] ?? '';
    const right = this.names[other] ?? '';
    return left < right ? -1 : Number(left > right);
  };
}
