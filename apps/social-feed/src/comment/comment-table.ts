import type { CommentAdded } from '@headwater/contracts';
import type { EntityManager } from 'typeorm';
import type { TotalsChange } from '../totals/post-totals.ts';

/** A comment that is there already changes no total. */
export async function insertComments(
  manager: EntityManager,
  comments: readonly CommentAdded[],
): Promise<TotalsChange[]> {
  const rows = await manager.query<{ post_id: string; added: number }[]>(
    `WITH added AS (
       INSERT INTO comments (comment_id, post_id) SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT DO NOTHING
       RETURNING post_id
     )
     SELECT post_id, count(*)::int AS added FROM added GROUP BY post_id`,
    [comments.map(({ commentId }) => commentId), comments.map(({ postId }) => postId)],
  );
  return rows.map(({ post_id: postId, added }) => ({ postId, likes: 0, comments: added }));
}
