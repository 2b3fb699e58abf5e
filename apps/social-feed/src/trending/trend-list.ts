/** The first of a window: the greatest score first, of equal ones by identifier. */
import type { TrendingPost } from '@headwater/contracts';

export const listedPosts = 20;

/** A post's newest standing in a window. */
export interface Standing extends TrendingPost {
  readonly newestMs: number;
}

/**
 * The list with a post's newest standing; the very same list when that changes nothing. In whatever order standings come, the list is that
 * of the newest of each: within a window a score only grows, so a post that was pushed off the list and belongs there comes again.
 */
export function withStanding(list: readonly Standing[], standing: Standing): readonly Standing[] {
  const known = list.find(({ postId }) => postId === standing.postId);
  if (known && (known.score > standing.score || isSame(known, standing))) return list;
  const last = list.at(-1);
  if (!known && list.length >= listedPosts && last && order(last, standing) < 0) return list;
  return [...list.filter((each) => each !== known), standing].sort(order).slice(0, listedPosts);
}

function order(one: Standing, other: Standing): number {
  return other.score - one.score || (one.postId < other.postId ? -1 : 1);
}

const isSame = (one: Standing, other: Standing): boolean =>
  one.score === other.score && one.likes === other.likes && one.newestMs === other.newestMs;
