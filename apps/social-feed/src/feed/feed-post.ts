import type { FeedPostResponse } from './feed.responses.ts';

/** A post as the tables hold it, with its totals. */
export interface FeedRow {
  readonly post_id: string;
  readonly user_id: string;
  readonly author_name: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly kind: string;
  readonly parent_post_id: string | null;
  readonly source_url: string | null;
  readonly published_at: Date;
  readonly edited_at: Date | null;
  readonly likes: string | null;
  readonly comments: string | null;
}

export const feedPostOf = (row: FeedRow): FeedPostResponse => ({
  postId: row.post_id,
  userId: row.user_id,
  authorName: row.author_name,
  title: row.title,
  text: row.text,
  kind: row.kind,
  parentPostId: row.parent_post_id,
  sourceUrl: row.source_url,
  publishedAt: row.published_at.toISOString(),
  editedAt: row.edited_at?.toISOString() ?? null,
  likes: Number(row.likes ?? 0),
  comments: Number(row.comments ?? 0),
});
