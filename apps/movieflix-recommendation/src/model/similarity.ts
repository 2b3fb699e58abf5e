/**
 * Item-to-item similarity, learned with every watch: what must be known of a pair of shows is who watched both, and that is read from the
 * watches themselves, when it is asked for. Nothing is computed in advance, so nothing is behind.
 *
 *     s(i, j) = Σ w(u, i) · w(u, j) · 2^(-age(u, j) / H)  /  √(n(i) + σ)        n(i) = Σ w(u, i)
 *
 * over the newest viewers u of i; w is how far a user watched, 0 to 10; age is from the newest watch of all, in whole days. It is not
 * symmetric: it says what people who watched i have watched lately. σ shrinks what few have watched.
 */
import type { RecencyLists } from './recency-lists.ts';
import { weightOf } from './watch.ts';

export interface SimilarityOptions {
  /** Of a viewer's watches, so many of the newest count. */
  readonly pairedWatches: number;
  /** σ, in the unit of w. */
  readonly shrinkage: number;
  /** H: after so many days a watch counts half. */
  readonly pairHalfLifeDays: number;
}

const daySeconds = 86_400;
/** Of older watches nothing is learned. */
const rememberedDays = 365;

export class Similarity {
  private norms = new Float64Array(1024);
  private together = new Float64Array(1024);
  private readonly decay: Float64Array;
  private newestSeconds = 0;

  /**
   * @param watches of each user, shows.
   * @param viewers of each show, users.
   */
  constructor(
    private readonly watches: RecencyLists,
    private readonly viewers: RecencyLists,
    private readonly options: SimilarityOptions,
  ) {
    this.decay = Float64Array.from({ length: rememberedDays }, (_, days) => 2 ** (-days / options.pairHalfLifeDays));
  }

  get bytes(): number {
    return this.norms.byteLength + this.together.byteLength;
  }

  /** A viewer of this weight came. */
  add(show: number, weight: number): void {
    if (show >= this.norms.length) this.makeRoom(show);
    this.norms[show]! += weight;
  }

  /** A viewer of this weight went. */
  remove(show: number, weight: number): void {
    this.norms[show]! -= weight;
  }

  /** From where ages count. */
  advance(seconds: number): void {
    if (seconds > this.newestSeconds) this.newestSeconds = seconds;
  }

  /** Calls `take` with each show that was watched by viewers of `show` other than `except`. */
  forEach(show: number, except: number, take: (other: number, similarity: number) => void): void {
    const { together } = this;
    const touched = this.addUp(show, except);
    const scale = 1 / Math.sqrt((this.norms[show] ?? 0) + this.options.shrinkage);
    for (const other of touched) {
      take(other, together[other]! * scale);
      together[other] = 0;
    }
  }

  /** In the order of the lists, which does not depend on what came first: so sums come out the same to the last bit. */
  private addUp(show: number, except: number): number[] {
    const { together, watches, viewers, decay, newestSeconds } = this;
    const touched: number[] = [];
    for (let place = viewers.count(show) - 1; place >= 0; place--) {
      const viewer = viewers.idAt(show, place);
      const weight = viewers.amountAt(show, place);
      if (viewer === except || weight === 0) continue;
      const { ids, seconds, amounts, from, to } = watches.range(viewer);
      for (let at = Math.max(from, to - this.options.pairedWatches); at < to; at++) {
        const other = ids[at]!;
        const remembered = decay[Math.floor((newestSeconds - seconds[at]!) / daySeconds)] ?? 0;
        const product = weight * weightOf(amounts[at]!) * remembered;
        if (product === 0 || other === show) continue;
        if (together[other] === 0) touched.push(other);
        together[other]! += product;
      }
    }
    return touched;
  }

  private makeRoom(show: number): void {
    const room = Math.ceil(Math.max(show + 1, this.norms.length * 1.5));
    const norms = new Float64Array(room);
    norms.set(this.norms);
    this.norms = norms;
    this.together = new Float64Array(room);
  }
}
