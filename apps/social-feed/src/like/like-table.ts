import type { LikeChanged, topics } from '@headwater/contracts';
import type { TopicMessage } from '@headwater/messaging';
import type { EntityManager } from 'typeorm';
import type { TotalsChange } from '../totals/post-totals.ts';

/** The last word of each user on each post; likes of one post come in order. No identifier in PostgreSQL holds a NUL. */
function lastWords(messages: readonly TopicMessage<typeof topics.likes>[]): LikeChanged[] {
  return [...new Map(messages.map(({ value }) => [`${value.postId}\0${value.userId}`, value])).values()];
}

/** Adds and removes likes; one that is there already, or is gone already, changes no total. */
export async function changeLikes(
  manager: EntityManager,
  messages: readonly TopicMessage<typeof topics.likes>[],
): Promise<TotalsChange[]> {
  const wanted = lastWords(messages);
  const rows = await manager.query<{ post_id: string; change: number }[]>(
    `WITH wanted AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[]) AS wanted (post_id, user_id, liked)
     ), added AS (
       INSERT INTO likes (post_id, user_id) SELECT post_id, user_id FROM wanted WHERE liked
       ON CONFLICT DO NOTHING
       RETURNING post_id
     ), removed AS (
       DELETE FROM likes USING wanted
       WHERE NOT wanted.liked AND likes.post_id = wanted.post_id AND likes.user_id = wanted.user_id
       RETURNING likes.post_id
     )
     SELECT post_id, sum(change)::int AS change
     FROM (SELECT post_id, 1 AS change FROM added UNION ALL SELECT post_id, -1 FROM removed) AS changes
     GROUP BY post_id
     HAVING sum(change) <> 0`,
    [wanted.map(({ postId }) => postId), wanted.map(({ userId }) => userId), wanted.map(({ liked }) => liked)],
  );
  return rows.map(({ post_id: postId, change }) => ({ postId, likes: change, comments: 0 }));
}
