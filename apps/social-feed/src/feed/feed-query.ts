/** Pages of the feed, newest first. A page begins behind a position, so that what is published meanwhile moves nothing. */
import { Injectable } from '@nestjs/common';
import { CursorCodec, pageOf, type Page } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import type { FeedPostResponse } from './feed.responses.ts';

const cursors = new CursorCodec({ publishedAtMs: 'number', postId: 'string' });

interface FeedRow {
  readonly post_id: string;
  readonly user_id: string;
  readonly author_name: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly kind: string;
  readonly parent_post_id: string | null;
  readonly source_url: string | null;
  readonly published_at: Date;
  readonly likes: string;
  readonly comments: string;
}

const postOf = (row: FeedRow): FeedPostResponse => ({
  postId: row.post_id,
  userId: row.user_id,
  authorName: row.author_name,
  title: row.title,
  text: row.text,
  kind: row.kind,
  parentPostId: row.parent_post_id,
  sourceUrl: row.source_url,
  publishedAt: row.published_at.toISOString(),
  likes: Number(row.likes),
  comments: Number(row.comments),
});

@Injectable()
export class FeedQuery {
  constructor(private readonly manager: EntityManager) {}

  /** @throws Problem 400 for a cursor that is none. */
  async page(limit: number, cursor: string | undefined): Promise<Page<FeedPostResponse>> {
    const after = cursor === undefined ? undefined : cursors.decode(cursor);
    const rows = await this.manager.query<FeedRow[]>(
      `SELECT posts.*, coalesce(likes, 0) AS likes, coalesce(comments, 0) AS comments
       FROM posts LEFT JOIN post_totals USING (post_id)
       WHERE NOT deleted ${after ? 'AND (published_at, post_id) < (to_timestamp($2::float8 / 1000), $3)' : ''}
       ORDER BY published_at DESC, post_id DESC
       LIMIT $1`,
      after ? [limit + 1, after.publishedAtMs, after.postId] : [limit + 1],
    );
    return pageOf(rows.map(postOf), limit, ({ publishedAt, postId }) =>
      cursors.encode({ publishedAtMs: Date.parse(publishedAt), postId }),
    );
  }
}
