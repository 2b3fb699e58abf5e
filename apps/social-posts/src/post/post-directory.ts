/**
 * Which posts there are, for commands that refer to one: a row for each post, written in the transaction of its events.
 *
 * Look-ups that wait in one turn of the event loop share one query, so that thousands of likes a second cost a few dozen
 * queries, and each still sees what is committed: nothing is cached. A like that is checked in the moment in which its post is
 * deleted may be accepted; the read model drops it with the post.
 */
import { Injectable } from '@nestjs/common';
import { type SqlExecutor } from '@headwater/event-sourcing';
import { DataSource } from 'typeorm';
import { postDeleted, postUnknown } from './post.decider.ts';

export interface PostEntry {
  readonly postId: string;
  readonly userId: string;
  readonly deleted: boolean;
  /** Version of the post's stream. */
  readonly version: number;
}

interface PostRow {
  readonly post_id: string;
  readonly user_id: string;
  readonly deleted: boolean;
  readonly version: string;
}

interface Waiting {
  readonly postId: string;
  readonly resolve: (entry: PostEntry | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** So many ids make one query; more make another. */
const idsPerQuery = 1000;

@Injectable()
export class PostDirectory {
  private waiting: Waiting[] = [];

  constructor(private readonly dataSource: DataSource) {}

  /** The post's entry, or undefined when there never was one. */
  find(postId: string): Promise<PostEntry | undefined> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ postId, resolve, reject });
    });
  }

  /** @throws Problem 404 when there is no such post, 409 when it was deleted. */
  async assertPublished(postId: string): Promise<void> {
    assertThere(postId, await this.find(postId));
  }

  /**
   * The same within a transaction, on its own connection: one that waited for a second connection would keep others from
   * ending. The post's row is locked, so that the post is not deleted before the transaction ends; append before, since a
   * row lock gives the transaction its id.
   */
  async assertPublishedWithin(transaction: SqlExecutor, postId: string): Promise<void> {
    const [row] = await transaction.query<PostRow[]>(
      'SELECT post_id, user_id, deleted, version FROM posts WHERE post_id = $1 FOR SHARE',
      [postId],
    );
    assertThere(postId, row && entryOf(row));
  }

  async record(transaction: SqlExecutor, { postId, userId, deleted, version }: PostEntry): Promise<void> {
    await transaction.query(
      `INSERT INTO posts (post_id, user_id, deleted, version) VALUES ($1, $2, $3, $4)
       ON CONFLICT (post_id) DO UPDATE SET deleted = excluded.deleted, version = excluded.version`,
      [postId, userId, deleted, version],
    );
  }

  private flush(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (let first = 0; first < waiting.length; first += idsPerQuery)
      void this.answer(waiting.slice(first, first + idsPerQuery));
  }

  private async answer(waiting: readonly Waiting[]): Promise<void> {
    try {
      const ids = [...new Set(waiting.map(({ postId }) => postId))];
      const rows = await this.dataSource.query<PostRow[]>(
        'SELECT post_id, user_id, deleted, version FROM posts WHERE post_id = ANY ($1)',
        [ids],
      );
      const entries = new Map(rows.map((row) => [row.post_id, entryOf(row)]));
      for (const { postId, resolve } of waiting) resolve(entries.get(postId));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

function assertThere(postId: string, post: PostEntry | undefined): void {
  if (post === undefined) throw postUnknown(postId);
  if (post.deleted) throw postDeleted(postId);
}

function entryOf(row: PostRow): PostEntry {
  return { postId: row.post_id, userId: row.user_id, deleted: row.deleted, version: Number(row.version) };
}
