/**
 * Publishes the latest state of changed posts to the compacted topic `posts_with_counts`; a deleted post's is a tombstone.
 *
 * Changes are marked in the transaction that makes them, and read here later: many changes of a post become one record. One process
 * publishes at a time, by a lock of its database session, so that no older state follows a newer one; if the session is lost while
 * records are on their way, the mark that is set again afterwards makes the newest state the last.
 */
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { postWithCounts, topics } from '@headwater/contracts';
import { MessageProducer } from '@headwater/messaging';
import { DataSource, type QueryRunner } from 'typeorm';
import { ChangeSignal } from '../read-model/change-signal.ts';
import { findChangedPosts, markPublished, type ChangedPost } from './changed-posts.ts';

const batchSize = 500;
/** Changes within this time share a record. */
const coalesceMs = 250;
/** How often to look for changes of other processes, and for the lock. */
const pollMs = 1_000;
const retryMs = 1_000;
/** Any number that no other lock of this database uses. */
const lockKey = 5_201_763;

@Injectable()
export class CountsPublisher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(CountsPublisher.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly producer: MessageProducer,
    private readonly changes: ChangeSignal,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopping()) {
      const connection = this.dataSource.createQueryRunner();
      try {
        if (await this.isPublisher(connection)) await this.publishChanges(connection);
        else await this.pause(pollMs);
      } catch (error) {
        this.logger.warn(`${error instanceof Error ? error.message : String(error)}; trying again`);
        await this.pause(retryMs);
      } finally {
        await this.giveBack(connection);
      }
    }
  }

  private async isPublisher(connection: QueryRunner): Promise<boolean> {
    const [row] = (await connection.query('SELECT pg_try_advisory_lock($1) AS locked', [lockKey])) as [
      { locked: boolean },
    ];
    return row.locked;
  }

  private async publishChanges(connection: QueryRunner): Promise<void> {
    /** Those that are published, and whose marks could not be taken yet. */
    const waiting = new Map<string, ChangedPost>();
    while (!this.isStopping()) {
      const changed = await findChangedPosts(connection, batchSize);
      const posts = changed.filter(({ postId, revision }) => waiting.get(postId)?.revision !== revision);
      await Promise.all(posts.map((post) => this.publish(post)));
      for (const post of posts) waiting.set(post.postId, post);
      const marking = [...waiting.values()];
      waiting.clear();
      if (marking.length > 0)
        for (const post of await markPublished(connection, marking)) waiting.set(post.postId, post);
      if (posts.length === batchSize) continue;
      await this.changes.wait(pollMs, this.stopping.signal);
      await this.pause(coalesceMs);
    }
  }

  private async publish({ postId, revision, state }: ChangedPost): Promise<void> {
    if (state) await this.producer.send(topics.postsWithCounts, postWithCounts, state);
    else await this.producer.sendTombstone(topics.postsWithCounts, postId, { messageId: `${postId}:${revision}` });
  }

  /** The session's lock must not go back to the pool with its connection. */
  private async giveBack(connection: QueryRunner): Promise<void> {
    try {
      await connection.query('SELECT pg_advisory_unlock_all()');
    } catch {
      // The session is gone, and its lock with it.
    }
    await connection.release();
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async pause(ms: number): Promise<void> {
    if (this.isStopping()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      const { signal } = this.stopping;
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}
