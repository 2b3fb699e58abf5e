/** Likes and comments of each post, counted as their events come; also of posts that are not known yet. */
import type { EntityManager } from 'typeorm';

/** What an event adds to a post's totals; zeros when only the post itself changed. */
export interface TotalsChange {
  readonly postId: string;
  readonly likes: number;
  readonly comments: number;
}

export interface PostTotals {
  readonly postId: string;
  readonly likes: number;
  readonly comments: number;
}

/** Totals of a moment; `revision` grows with each change. */
export interface RevisedTotals extends PostTotals {
  readonly revision: number;
}

/** Adds up and marks the posts as changed, for `posts_with_counts`. Rows are taken in order of post. */
export async function addToTotals(manager: EntityManager, changes: readonly TotalsChange[]): Promise<void> {
  if (changes.length === 0) return;
  await manager.query(
    `INSERT INTO post_totals (post_id, likes, comments, revision)
     SELECT post_id, sum(likes), sum(comments), 1
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS change (post_id, likes, comments)
     GROUP BY post_id
     ORDER BY post_id
     ON CONFLICT (post_id) DO UPDATE SET
       likes = post_totals.likes + excluded.likes,
       comments = post_totals.comments + excluded.comments,
       revision = post_totals.revision + 1,
       changed = true`,
    [changes.map(({ postId }) => postId), changes.map(({ likes }) => likes), changes.map(({ comments }) => comments)],
  );
}

/** The totals of a post that is published and not deleted. */
export async function findTotals(manager: EntityManager, postId: string): Promise<PostTotals | undefined> {
  const [row] = await manager.query<{ likes: string | null; comments: string | null }[]>(
    `SELECT likes, comments FROM posts LEFT JOIN post_totals USING (post_id) WHERE post_id = $1 AND NOT deleted`,
    [postId],
  );
  return row && { postId, likes: Number(row.likes ?? 0), comments: Number(row.comments ?? 0) };
}

/** The totals of those posts that are published and not deleted. */
export async function findManyTotals(manager: EntityManager, postIds: readonly string[]): Promise<RevisedTotals[]> {
  const rows = await manager.query<
    { post_id: string; likes: string | null; comments: string | null; revision: string | null }[]
  >(
    `SELECT post_id, likes, comments, revision FROM posts LEFT JOIN post_totals USING (post_id)
     WHERE post_id = ANY ($1) AND NOT deleted`,
    [postIds],
  );
  return rows.map((row) => ({
    postId: row.post_id,
    likes: Number(row.likes ?? 0),
    comments: Number(row.comments ?? 0),
    revision: Number(row.revision ?? 0),
  }));
}
