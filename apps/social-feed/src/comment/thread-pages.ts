/** Pages of one level of a thread, oldest first: the comments on a post, or the replies to one of them. */
import { Injectable } from '@nestjs/common';
import { CursorCodec, pageOf, type Page } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import type { CommentItemResponse } from './comment.responses.ts';

const cursors = new CursorCodec({ addedAtMs: 'number', commentId: 'string' });

interface CommentRow {
  readonly comment_id: string;
  readonly parent_comment_id: string;
  readonly depth: number;
  readonly user_id: string;
  readonly author_name: string | null;
  readonly text: string;
  readonly added_at: Date;
  readonly edited_at: Date | null;
  readonly deleted: boolean;
  readonly replies: number;
}

const commentOf = (row: CommentRow): CommentItemResponse => ({
  commentId: row.comment_id,
  parentCommentId: row.parent_comment_id === '' ? null : row.parent_comment_id,
  depth: row.depth,
  userId: row.deleted ? null : row.user_id,
  authorName: row.author_name,
  text: row.deleted ? null : row.text,
  addedAt: row.added_at.toISOString(),
  editedAt: row.deleted ? null : (row.edited_at?.toISOString() ?? null),
  deleted: row.deleted,
  replies: row.replies,
});

@Injectable()
export class ThreadPages {
  constructor(private readonly manager: EntityManager) {}

  /**
   * @param parentCommentId undefined for the comments on the post itself.
   * @returns undefined when there is no such post. @throws Problem 400 for a cursor that is none.
   */
  async page(
    postId: string,
    parentCommentId: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<CommentItemResponse> | undefined> {
    const after = cursor === undefined ? undefined : cursors.decode(cursor);
    const posts = await this.manager.query<unknown[]>('SELECT FROM posts WHERE post_id = $1 AND NOT deleted', [postId]);
    if (posts.length === 0) return undefined;
    const rows = await this.manager.query<CommentRow[]>(
      `SELECT * FROM comments
       WHERE post_id = $1 AND parent_comment_id = $2 AND (NOT deleted OR replies > 0)
         ${after ? 'AND (added_at, comment_id) > (to_timestamp($4::float8 / 1000), $5)' : ''}
       ORDER BY added_at, comment_id
       LIMIT $3`,
      [postId, parentCommentId ?? '', limit + 1, ...(after ? [after.addedAtMs, after.commentId] : [])],
    );
    return pageOf(rows.map(commentOf), limit, ({ addedAt, commentId }) =>
      cursors.encode({ addedAtMs: Date.parse(addedAt), commentId }),
    );
  }
}
