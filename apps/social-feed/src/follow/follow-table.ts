import type { topics } from '@headwater/contracts';
import type { TopicMessage } from '@headwater/messaging';
import type { EntityManager } from 'typeorm';
import type { TotalsChange } from '../totals/post-totals.ts';

/** The last word of each user on each other holds; those of one user come in order. No total depends on it. */
export async function changeFollows(
  manager: EntityManager,
  messages: readonly TopicMessage<typeof topics.follows>[],
): Promise<TotalsChange[]> {
  const lastWords = [
    ...new Map(messages.map(({ value }) => [JSON.stringify([value.userId, value.followedId]), value])).values(),
  ];
  await manager.query(
    `WITH wanted AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[]) AS wanted (user_id, followed_id, following)
     ), ended AS (
       DELETE FROM follows USING wanted
       WHERE NOT following AND follows.user_id = wanted.user_id AND follows.followed_id = wanted.followed_id
     )
     INSERT INTO follows (user_id, followed_id) SELECT user_id, followed_id FROM wanted WHERE following
     ON CONFLICT DO NOTHING`,
    [
      lastWords.map(({ userId }) => userId),
      lastWords.map(({ followedId }) => followedId),
      lastWords.map(({ following }) => following),
    ],
  );
  return [];
}
