/** Baselines: what most people watched, of all time or lately. A list for a user leaves out what the user has rated, as the model's does. */
import type { Rating } from './movie-tweetings.ts';

const daySeconds = 86_400;

export class PopularShows {
  private readonly weights = new Map<string, number>();
  private ranking: string[] | undefined;

  /** @param halfLifeDays after so long a rating counts half; forever when not given. */
  constructor(private readonly halfLifeDays?: number) {}

  learn({ showId, atSeconds }: Rating, firstSeconds: number): void {
    // Counted up instead of down: only the order of shows matters.
    const weight =
      this.halfLifeDays === undefined ? 1 : 2 ** ((atSeconds - firstSeconds) / daySeconds / this.halfLifeDays);
    this.weights.set(showId, (this.weights.get(showId) ?? 0) + weight);
    this.ranking = undefined;
  }

  top(count: number, rated: ReadonlySet<string>): string[] {
    this.ranking ??= [...this.weights].sort(([, one], [, other]) => other - one).map(([showId]) => showId);
    const top: string[] = [];
    for (const showId of this.ranking) {
      if (top.length === count) break;
      if (!rated.has(showId)) top.push(showId);
    }
    return top;
  }
}
