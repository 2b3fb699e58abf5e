import { postEdited, postPublished, type PostEdited, type PostPublished } from '@headwater/contracts';
import type { topics } from '@headwater/contracts';
import type { TopicMessage } from '@headwater/messaging';
import type { EntityManager } from 'typeorm';
import type { TotalsChange } from '../totals/post-totals.ts';

/** A post's own events are in order: published, edited, deleted. Of several edits the last holds. */
export async function changePosts(
  manager: EntityManager,
  messages: readonly TopicMessage<typeof topics.posts>[],
): Promise<TotalsChange[]> {
  const published: PostPublished[] = [];
  const edited = new Map<string, PostEdited>();
  const deleted: string[] = [];
  for (const message of messages) {
    if (message.name === postPublished.name) published.push(message.value);
    else if (message.name === postEdited.name) edited.set(message.value.postId, message.value);
    else deleted.push(message.value.postId);
  }
  await insertPosts(manager, published);
  await editPosts(manager, [...edited.values()]);
  await deletePosts(manager, deleted);
  return messages.map(({ value: { postId } }) => ({ postId, likes: 0, comments: 0 }));
}

/** A post that is there stays as it is. */
async function insertPosts(manager: EntityManager, posts: readonly PostPublished[]): Promise<void> {
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

async function editPosts(manager: EntityManager, edits: readonly PostEdited[]): Promise<void> {
  if (edits.length === 0) return;
  await manager.query(
    `UPDATE posts SET title = edit.title, text = edit.text, edited_at = edit.edited_at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS edit (post_id, title, text, edited_at)
     WHERE posts.post_id = edit.post_id`,
    [
      edits.map(({ postId }) => postId),
      edits.map(({ title }) => title),
      edits.map(({ text }) => text),
      edits.map(({ occurredAt }) => occurredAt.toISOString()),
    ],
  );
}

async function deletePosts(manager: EntityManager, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return;
  await manager.query('UPDATE posts SET deleted = true WHERE post_id = ANY ($1)', [postIds]);
}
