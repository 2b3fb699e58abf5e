import type { PostPublished } from '@headwater/contracts';
import type { EntityManager } from 'typeorm';

/** A post that is there stays as it is. */
export async function insertPosts(manager: EntityManager, posts: readonly PostPublished[]): Promise<void> {
  if (posts.length === 0) return;
  await manager.query(
    `INSERT INTO posts (post_id, user_id, author_name, title, text, kind, parent_post_id, source_url, published_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
     ON CONFLICT (post_id) DO NOTHING`,
    [
      posts.map(({ postId }) => postId),
      posts.map(({ userId }) => userId),
      posts.map(({ authorName }) => authorName),
      posts.map(({ title }) => title),
      posts.map(({ text }) => text),
      posts.map(({ kind }) => kind),
      posts.map(({ parentPostId }) => parentPostId),
      posts.map(({ sourceUrl }) => sourceUrl),
      posts.map(({ occurredAt }) => occurredAt.toISOString()),
    ],
  );
}

export async function deletePosts(manager: EntityManager, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return;
  await manager.query('UPDATE posts SET deleted = true WHERE post_id = ANY ($1)', [postIds]);
}
