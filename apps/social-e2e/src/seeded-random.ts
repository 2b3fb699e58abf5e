/** Random choices that can be made again: mulberry32, a 32-bit generator, which is random enough to choose moments. */
export class SeededRandom {
  readonly seed: number;
  private state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.state = this.seed;
  }

  /** The seed of HEADWATER_SEED, or a new one, printed so that a failure can be made again. */
  static fromEnvironment(what: string): SeededRandom {
    const given = process.env['HEADWATER_SEED'];
    const random = new SeededRandom(given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given));
    process.stderr.write(`${what}: seed ${random.seed} (HEADWATER_SEED=${random.seed} makes it again)\n`);
    return random;
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  shuffled<T>(values: readonly T[]): T[] {
    const result = [...values];
    for (let last = result.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
  }
}
