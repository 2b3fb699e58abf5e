/** Posts whose state in `posts_with_counts` is behind the read model. */
import type { PostKind, PostWithCounts } from '@headwater/contracts';
import type { QueryRunner } from 'typeorm';

export interface ChangedPost {
  readonly postId: string;
  readonly revision: number;
  /** Undefined when the post was deleted. */
  readonly state: PostWithCounts | undefined;
}

interface ChangedRow {
  readonly post_id: string;
  readonly user_id: string;
  readonly author_name: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly kind: PostKind;
  readonly parent_post_id: string | null;
  readonly published_at: Date;
  readonly edited_at: Date | null;
  readonly deleted: boolean;
  readonly likes: string;
  readonly comments: string;
  readonly revision: string;
}

function changedPostOf(row: ChangedRow): ChangedPost {
  const postId = row.post_id;
  const revision = Number(row.revision);
  if (row.deleted) return { postId, revision, state: undefined };
  const state: PostWithCounts = {
    eventId: `${postId}:${revision}`,
    postId,
    userId: row.user_id,
    authorName: row.author_name,
    title: row.title,
    text: row.text,
    kind: row.kind,
    parentPostId: row.parent_post_id,
    likes: Number(row.likes),
    comments: Number(row.comments),
    revision,
    publishedAt: row.published_at,
    editedAt: row.edited_at,
    occurredAt: new Date(),
  };
  return { postId, revision, state };
}

/** Changed posts that are known; totals whose post has not come yet wait for it. */
export async function findChangedPosts(connection: QueryRunner, limit: number): Promise<ChangedPost[]> {
  const rows = (await connection.query(
    `SELECT posts.*, likes, comments, revision FROM post_totals JOIN posts USING (post_id) WHERE changed LIMIT $1`,
    [limit],
  )) as ChangedRow[];
  return rows.map(changedPostOf);
}

/**
 * Takes the mark from posts that are still as they were published. One that changed meanwhile keeps it, also when another process
 * took it: what was published last here is not the newest then, and must be followed by it. A post whose row somebody holds is left
 * out: to wait for it would hold up everybody who waits for another of these rows.
 *
 * @returns the posts that were left out
 */
export async function markPublished(
  connection: QueryRunner,
  posts: readonly ChangedPost[],
): Promise<readonly ChangedPost[]> {
  const [marked] = (await connection.query(
    `WITH published AS (
       SELECT post_id, published.revision
       FROM post_totals JOIN unnest($1::text[], $2::bigint[]) AS published (post_id, revision) USING (post_id)
       FOR UPDATE OF post_totals SKIP LOCKED
     )
     UPDATE post_totals SET changed = post_totals.revision <> published.revision
     FROM published
     WHERE post_totals.post_id = published.post_id
     RETURNING post_totals.post_id`,
    [posts.map(({ postId }) => postId), posts.map(({ revision }) => revision)],
  )) as [{ post_id: string }[], number];
  const done = new Set(marked.map(({ post_id }) => post_id));
  const held = posts.filter(({ postId }) => !done.has(postId));
  if (held.length === 0) return held;
  // What a rebuild has left out is gone, and nobody's.
  const rows = (await connection.query('SELECT post_id FROM post_totals WHERE post_id = ANY ($1)', [
    held.map(({ postId }) => postId),
  ])) as { post_id: string }[];
  const there = new Set(rows.map(({ post_id }) => post_id));
  return held.filter(({ postId }) => there.has(postId));
}
