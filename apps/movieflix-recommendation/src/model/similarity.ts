/**
 * Item-to-item similarity, learned with every watch: what must be known of a pair of shows is who watched both, and that is read from the
 * watches themselves. Nothing is computed in advance, so nothing is behind.
 *
 *     sim(i, j) = Σ w(u, i) · w(u, j)  /  √((n(i) + σ) · (n(j) + σ))        n(i) = Σ w(v, i)²
 *
 * over the newest viewers u of i, and all kept viewers v; w is how far a user watched, 0 to 10. σ shrinks what few have watched. Sums are of
 * whole numbers: they come out the same in any order.
 */
import type { RecencyLists } from './recency-lists.ts';

export interface SimilarityOptions {
  /** Of a user's watches, so many of the newest count for pairs. */
  readonly pairedWatches: number;
  /** σ, in the unit of w². */
  readonly shrinkage: number;
}

export class Similarity {
  private norms = new Float64Array(1024);
  private together = new Float64Array(1024);

  /**
   * @param watches of each user, shows.
   * @param viewers of each show, users.
   */
  constructor(
    private readonly watches: RecencyLists,
    private readonly viewers: RecencyLists,
    private readonly options: SimilarityOptions,
  ) {}

  get bytes(): number {
    return this.norms.byteLength + this.together.byteLength;
  }

  /** A viewer came (1) or went (-1). */
  count(show: number, amount: number, sign: 1 | -1): void {
    if (show >= this.norms.length) this.makeRoom(show);
    this.norms[show]! += sign * amount * amount;
  }

  /** Calls `take` with each show that was watched by viewers of `show`, other than `except`, and their similarity. */
  forEach(show: number, except: number, take: (other: number, similarity: number) => void): void {
    const { together } = this;
    const touched = this.addUp(show, except);
    const { shrinkage } = this.options;
    const norm = this.norms[show]! + shrinkage;
    for (const other of touched) {
      const similarity = together[other]! / Math.sqrt(norm * (this.norms[other]! + shrinkage));
      together[other] = 0;
      take(other, similarity);
    }
  }

  private addUp(show: number, except: number): number[] {
    const { together, watches, viewers } = this;
    const touched: number[] = [];
    for (let place = viewers.count(show) - 1; place >= 0; place--) {
      const viewer = viewers.idAt(show, place);
      if (viewer === except) continue;
      const amount = viewers.amountAt(show, place);
      const count = watches.count(viewer);
      for (let each = count - 1; each >= Math.max(0, count - this.options.pairedWatches); each--) {
        const other = watches.idAt(viewer, each);
        const product = amount * watches.amountAt(viewer, each);
        if (other === show || product === 0) continue;
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
