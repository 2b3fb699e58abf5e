/**
 * A user's home feed: the posts of those whom the user follows, newest first.
 *
 * It is put together when it is asked for (fan-out on read, docs/adr/0036): the newest post of each author that is followed tells how far
 * back a page reaches, and only authors who posted since then are looked at again. So a page costs a look into an index for each author,
 * and a post costs nothing, however many follow its author.
 */
import { Injectable } from '@nestjs/common';
import { pageOf, type Page } from '@headwater/service-kit';
import { EntityManager } from 'typeorm';
import { feedCursorOf, feedPositionOf } from '../feed/feed-cursor.ts';
import { feedPostOf, type FeedRow } from '../feed/feed-post.ts';
import type { FeedPostResponse } from '../feed/feed.responses.ts';

@Injectable()
export class HomePages {
  constructor(private readonly manager: EntityManager) {}

  /** @throws Problem 400 for a cursor that is none. */
  async page(userId: string, limit: number, cursor: string | undefined): Promise<Page<FeedPostResponse>> {
    const after = feedPositionOf(cursor);
    const isBehind = after ? 'AND (published_at, post_id) < (to_timestamp($3::float8 / 1000), $4)' : '';
    const rows = await this.manager.query<FeedRow[]>(
      `WITH authors AS (
         SELECT followed_id, newest.published_at
         FROM follows CROSS JOIN LATERAL (
           SELECT published_at FROM posts WHERE user_id = followed_id AND NOT deleted ${isBehind}
           ORDER BY published_at DESC, post_id DESC LIMIT 1
         ) AS newest
         WHERE follows.user_id = $1
       ), reach AS (
         SELECT coalesce(
           (SELECT published_at FROM authors ORDER BY published_at DESC OFFSET $2 - 1 LIMIT 1), '-infinity'
         ) AS since
       )
       SELECT page.*, likes, comments
       FROM reach CROSS JOIN authors CROSS JOIN LATERAL (
         SELECT * FROM posts WHERE user_id = followed_id AND NOT deleted AND published_at >= since ${isBehind}
         ORDER BY published_at DESC, post_id DESC LIMIT $2
       ) AS page LEFT JOIN post_totals USING (post_id)
       WHERE authors.published_at >= since
       ORDER BY page.published_at DESC, page.post_id DESC
       LIMIT $2`,
      [userId, limit + 1, ...(after ?? [])],
    );
    return pageOf(rows.map(feedPostOf), limit, feedCursorOf);
  }
}
