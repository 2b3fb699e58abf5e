/**
 * What is popular now, in event time: for each show the sum of `amount · 2^(-age / halfLife)` over the watches of the window, `age` being
 * counted from the newest watch of all, in steps of a bucket.
 *
 * Kept as whole numbers in a ring of buckets for each show, so that a watch that moved or went is taken out exactly, and the order of
 * watches makes no difference. A watch that is older than the window counts nothing. 4 bytes a bucket.
 */
const buckets = 64;

export interface PopularityOptions {
  readonly halfLifeSeconds: number;
  /** The window is 64 buckets. */
  readonly bucketSeconds: number;
}

export class Popularity {
  private counts = new Uint32Array(1024 * buckets);
  private scores = new Float64Array(1024);
  private readonly weights: Float64Array;
  private newest = -1;
  private shows = 0;
  /** Whether every score is of now; single shows are put right as they change. */
  private isFresh = true;

  constructor(private readonly options: PopularityOptions) {
    const { halfLifeSeconds, bucketSeconds } = options;
    this.weights = Float64Array.from({ length: buckets }, (_, age) => 2 ** ((-age * bucketSeconds) / halfLifeSeconds));
  }

  /** Memory in bytes. */
  get bytes(): number {
    return this.counts.byteLength + this.scores.byteLength;
  }

  add(show: number, seconds: number, amount: number): void {
    this.makeRoom(show);
    const bucket = this.bucketOf(seconds);
    if (bucket > this.newest) this.advance(bucket);
    this.change(show, bucket, amount);
  }

  remove(show: number, seconds: number, amount: number): void {
    this.change(show, this.bucketOf(seconds), -amount);
  }

  /** 0 for a show that nobody watched lately. */
  scoreOf(show: number): number {
    if (show >= this.shows) return 0;
    this.refresh();
    return this.scores[show]!;
  }

  /** The shows of the greatest scores, greatest first, of those that may be told. */
  top(count: number, mayBe: (show: number) => boolean, compareShows: (one: number, other: number) => number): number[] {
    this.refresh();
    const best: number[] = [];
    const { scores } = this;
    let least = 0;
    for (let show = 0; show < this.shows; show++) {
      const score = scores[show]!;
      if (score <= 0 || (best.length === count && score < least) || !mayBe(show)) continue;
      let place = best.length;
      while (place > 0 && this.isBefore(show, best[place - 1]!, compareShows)) place--;
      best.splice(place, 0, show);
      if (best.length > count) best.pop();
      least = scores[best.at(-1)!]!;
    }
    return best;
  }

  private isBefore(one: number, other: number, compareShows: (one: number, other: number) => number): boolean {
    const difference = this.scores[one]! - this.scores[other]!;
    return difference > 0 || (difference === 0 && compareShows(one, other) < 0);
  }

  private bucketOf(seconds: number): number {
    return Math.floor(seconds / this.options.bucketSeconds);
  }

  private change(show: number, bucket: number, amount: number): void {
    if (bucket <= this.newest - buckets) return;
    this.counts[show * buckets + (bucket % buckets)]! += amount;
    if (this.isFresh) this.scores[show] = this.sum(show);
  }

  /** Buckets that fall out of the window are emptied for those that come in. */
  private advance(bucket: number): void {
    const first = Math.max(this.newest + 1, bucket - buckets + 1);
    for (let each = first; each <= bucket; each++)
      for (let show = 0; show < this.shows; show++) this.counts[show * buckets + (each % buckets)] = 0;
    this.newest = bucket;
    this.isFresh = false;
  }

  private refresh(): void {
    if (this.isFresh) return;
    for (let show = 0; show < this.shows; show++) this.scores[show] = this.sum(show);
    this.isFresh = true;
  }

  private sum(show: number): number {
    let sum = 0;
    for (let age = 0; age < buckets; age++) {
      const bucket = this.newest - age;
      if (bucket < 0) break;
      const count = this.counts[show * buckets + (bucket % buckets)]!;
      if (count > 0) sum += count * this.weights[age]!;
    }
    return sum;
  }

  private makeRoom(show: number): void {
    this.shows = Math.max(this.shows, show + 1);
    if (show < this.scores.length) return;
    const room = Math.ceil(Math.max(show + 1, this.scores.length * 1.5));
    const counts = new Uint32Array(room * buckets);
    counts.set(this.counts);
    this.counts = counts;
    const scores = new Float64Array(room);
    scores.set(this.scores);
    this.scores = scores;
  }
}
