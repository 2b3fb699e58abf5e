/** What social-feed answers, as far as the page shows it. */

export interface TrendingPost {
  readonly postId: string;
  readonly userId: string;
  readonly authorName: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly score: number;
  readonly windowLikes: number;
  readonly windowComments: number;
}

export interface Trending {
  /** ISO 8601; null while nothing has happened. */
  readonly windowStart: string | null;
  readonly windowEnd: string | null;
  readonly items: readonly TrendingPost[];
}
