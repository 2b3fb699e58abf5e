/** What is known of a user. */
import type { IdTable } from './id-table.ts';
import type { RecencyLists } from './recency-lists.ts';
import { isFinished, percentOf, weightOf, type ShowFacts } from './watch.ts';

export interface WatchedShow {
  readonly showId: string;
  /** Of the show, 0 to 1, to a hundredth. */
  readonly share: number;
  readonly finished: boolean;
  readonly atSeconds: number;
}

export interface GenreShare {
  readonly genre: string;
  /** Of what the user watched, 0 to 1; a show counts by how far it was watched, in equal parts for its genres. */
  readonly share: number;
}

export interface Profile {
  /** Newest first. */
  readonly watches: readonly WatchedShow[];
  /** Greatest share first; of shows that the catalogue has. */
  readonly genres: readonly GenreShare[];
}

export function profileOf(
  user: number,
  watches: RecencyLists,
  shows: IdTable,
  facts: readonly (ShowFacts | undefined)[],
): Profile {
  const watched: WatchedShow[] = [];
  for (let place = watches.count(user) - 1; place >= 0; place--) {
    const amount = watches.amountAt(user, place);
    watched.push({
      showId: shows.name(watches.idAt(user, place)),
      share: percentOf(amount) / 100,
      finished: isFinished(amount),
      atSeconds: watches.secondsAt(user, place),
    });
  }
  const shares = genreSharesOf(user, watches, facts);
  const genres = [...shares].map(([genre, share]) => ({ genre, share }));
  genres.sort((one, other) => other.share - one.share || (one.genre < other.genre ? -1 : 1));
  return { watches: watched, genres };
}

/** Share of each genre in what a user watched. */
export function genreSharesOf(
  user: number,
  watches: RecencyLists,
  facts: readonly (ShowFacts | undefined)[],
): Map<string, number> {
  const weights = new Map<string, number>();
  let total = 0;
  for (let place = watches.count(user) - 1; place >= 0; place--) {
    const genres = facts[watches.idAt(user, place)]?.genres ?? [];
    const weight = weightOf(watches.amountAt(user, place)) / genres.length;
    for (const genre of genres) {
      weights.set(genre, (weights.get(genre) ?? 0) + weight);
      total += weight;
    }
  }
  if (total > 0) for (const [genre, weight] of weights) weights.set(genre, weight / total);
  return weights;
}
