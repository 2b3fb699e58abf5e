import { commentAdded, commentEdited, type CommentAdded, type CommentEdited, type topics } from '@headwater/contracts';
import type { TopicMessage } from '@headwater/messaging';
import type { EntityManager } from 'typeorm';
import type { TotalsChange } from '../totals/post-totals.ts';

/** Comments of one post come in order: a comment before its replies, its edits and its end. */
export async function changeComments(
  manager: EntityManager,
  messages: readonly TopicMessage<typeof topics.comments>[],
): Promise<TotalsChange[]> {
  const added: CommentAdded[] = [];
  const edited = new Map<string, CommentEdited>();
  const deleted: string[] = [];
  for (const message of messages) {
    if (message.name === commentAdded.name) added.push(message.value);
    else if (message.name === commentEdited.name) edited.set(message.value.commentId, message.value);
    else deleted.push(message.value.commentId);
  }
  const more = await insertComments(manager, added);
  await editComments(manager, [...edited.values()]);
  const fewer = await deleteComments(manager, deleted);
  return [...more, ...fewer];
}

interface ChangeRow {
  readonly post_id: string;
  readonly change: number;
}

const totalsChangeOf = ({ post_id: postId, change }: ChangeRow): TotalsChange => ({
  postId,
  likes: 0,
  comments: change,
});

/** A comment that is there already changes no total, and is no second reply. */
async function insertComments(manager: EntityManager, comments: readonly CommentAdded[]): Promise<TotalsChange[]> {
  if (comments.length === 0) return [];
  const rows = await manager.query<{ comment_id: string; post_id: string; parent_comment_id: string }[]>(
    `INSERT INTO comments (comment_id, post_id, parent_comment_id, depth, user_id, author_name, text, added_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
     ON CONFLICT DO NOTHING
     RETURNING comment_id, post_id, parent_comment_id`,
    [
      comments.map(({ commentId }) => commentId),
      comments.map(({ postId }) => postId),
      comments.map(({ parentCommentId }) => parentCommentId ?? ''),
      comments.map(({ depth }) => depth),
      comments.map(({ userId }) => userId),
      comments.map(({ authorName }) => authorName),
      comments.map(({ text }) => text),
      comments.map(({ occurredAt }) => occurredAt.toISOString()),
    ],
  );
  const parents = rows.map((row) => row.parent_comment_id).filter((parent) => parent !== '');
  if (parents.length > 0)
    await manager.query(
      `UPDATE comments SET replies = replies + reply.count
       FROM (SELECT comment_id, count(*)::int AS count FROM unnest($1::text[]) AS parent (comment_id) GROUP BY comment_id) AS reply
       WHERE comments.comment_id = reply.comment_id`,
      [parents],
    );
  return rows.map(({ post_id: postId }) => ({ postId, likes: 0, comments: 1 }));
}

async function editComments(manager: EntityManager, edits: readonly CommentEdited[]): Promise<void> {
  if (edits.length === 0) return;
  await manager.query(
    `UPDATE comments SET text = edit.text, edited_at = edit.edited_at
     FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS edit (comment_id, text, edited_at)
     WHERE comments.comment_id = edit.comment_id`,
    [
      edits.map(({ commentId }) => commentId),
      edits.map(({ text }) => text),
      edits.map(({ occurredAt }) => occurredAt.toISOString()),
    ],
  );
}

/** Takes the words away, and leaves the place for the replies below it. */
async function deleteComments(manager: EntityManager, commentIds: readonly string[]): Promise<TotalsChange[]> {
  if (commentIds.length === 0) return [];
  const rows = await manager.query<ChangeRow[]>(
    `WITH deleted AS (
       UPDATE comments SET deleted = true, text = '', author_name = NULL
       WHERE comment_id = ANY ($1) AND NOT deleted
       RETURNING post_id
     )
     SELECT post_id, -count(*)::int AS change FROM deleted GROUP BY post_id`,
    [commentIds],
  );
  return rows.map(totalsChangeOf);
}
