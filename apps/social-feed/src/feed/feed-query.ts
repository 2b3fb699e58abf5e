/** Pages of the feed, newest first. */
import { Injectable } from '@nestjs/common';
import { pageOf, type Page } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import { feedCursorOf, feedPositionOf } from './feed-cursor.ts';
import { feedPostOf, type FeedRow } from './feed-post.ts';
import type { FeedPostResponse } from './feed.responses.ts';

@Injectable()
export class FeedQuery {
  constructor(private readonly manager: EntityManager) {}

  /** @throws Problem 400 for a cursor that is none. */
  async page(limit: number, cursor: string | undefined): Promise<Page<FeedPostResponse>> {
    const after = feedPositionOf(cursor);
    const rows = await this.manager.query<FeedRow[]>(
      `SELECT posts.*, likes, comments
       FROM posts LEFT JOIN post_totals USING (post_id)
       WHERE NOT deleted ${after ? 'AND (published_at, post_id) < (to_timestamp($2::float8 / 1000), $3)' : ''}
       ORDER BY published_at DESC, post_id DESC
       LIMIT $1`,
      [limit + 1, ...(after ?? [])],
    );
    return pageOf(rows.map(feedPostOf), limit, feedCursorOf);
  }
}
