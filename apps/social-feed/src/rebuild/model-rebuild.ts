/**
 * Builds the read model anew from the topics while it is read and goes on (docs/adr/0036).
 *
 * The new tables grow in a schema of their own, by the very functions that the subscriptions use. When they have caught up, one transaction
 * keeps the subscriptions out for a moment, applies what is left in the topics, and exchanges the tables. What a subscription has on its
 * way meets the new tables afterwards: their inbox knows what they have, so that nothing is missing and nothing counts twice.
 *
 * Of several instances one rebuilds at a time, by a lock of its database session. A rebuild that was interrupted begins anew when it is
 * asked for again.
 */
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { topics, type TopicContract } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock, TopicSetup, type TopicMessage } from '@headwater/messaging';
import { KafkaConfig, Problem } from '@headwater/service-kit';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { changeComments } from '../comment/comment-table.ts';
import { changeFollows } from '../follow/follow-table.ts';
import { changeLikes } from '../like/like-table.ts';
import { changePosts } from '../post/post-table.ts';
import { ChangeSignal } from '../read-model/change-signal.ts';
import { ownModel } from '../read-model/model-lock.ts';
import { applyMessages, type ChangeTables } from '../read-model/read-model.ts';
import { LogPages, type LogPage } from './log-pages.ts';
import { analyzeNextTables, createNextTables, enterNextTables, exchangeTables } from './next-tables.ts';

/** A topic, and how its messages change the tables. */
interface Source {
  readonly topic: TopicContract;
  readonly apply: (manager: EntityManager, messages: readonly TopicMessage[]) => Promise<unknown>;
}

function source<Topic extends TopicContract>(topic: Topic, change: ChangeTables<Topic>): Source {
  const apply: Source['apply'] = (manager, messages) =>
    // A page of the topic holds its messages.
    applyMessages(manager, topic, messages as unknown as readonly TopicMessage<Topic>[], change);
  return { topic, apply };
}

const sources = new Map(
  [
    source(topics.posts, changePosts),
    source(topics.comments, changeComments),
    source(topics.likes, changeLikes),
    source(topics.follows, changeFollows),
  ].map((each) => [each.topic.name, each]),
);
const sourceTopics = [...sources.values()].map(({ topic }) => topic);
/** Any number that no other lock of this database uses. */
const lockKey = 5_201_765;
const exchangeRetryMs = 250;
/** So few records may be left when the subscriptions are kept out. */
const leftAtExchange = 1_000;

export interface RebuildState {
  /** Of the last rebuild that this instance began; `none` before the first. */
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** Records of the topics that were read, of how many there were at the beginning. */
  readonly records: number;
  readonly totalRecords: number;
  /** Posts whose totals differed from what was served; null before the exchange. */
  readonly differentPosts: number | null;
  /** Why it failed. */
  readonly failure: string | null;
}

@Injectable()
export class ModelRebuild implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('ModelRebuild');
  private readonly stopping = new AbortController();
  private current: RebuildState = { state: 'none', records: 0, totalRecords: 0, differentPosts: null, failure: null };
  private running: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly kafka: KafkaConfig,
    private readonly codec: EventCodec,
    private readonly topicSetup: TopicSetup,
    private readonly signal: ChangeSignal,
  ) {}

  get state(): RebuildState {
    return this.current;
  }

  /** A database of an older version asks for it by itself. */
  async onApplicationBootstrap(): Promise<void> {
    const [row] = await this.dataSource.query<{ rebuild_wanted: boolean }[]>('SELECT rebuild_wanted FROM read_model');
    if (!row?.rebuild_wanted) return;
    await this.begin().catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      this.logger.log(error.message);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Begins in the background. @throws Problem 409 while one runs, here or in another instance. */
  async begin(): Promise<RebuildState> {
    const session = this.dataSource.createQueryRunner();
    const isLocked = await tryLock(session);
    if (this.running ?? !isLocked) {
      await release(session, isLocked);
      throw Problem.conflict('rebuild-running', 'The read model is being built anew already: wait until that is done.');
    }
    this.current = { state: 'running', records: 0, totalRecords: 0, differentPosts: null, failure: null };
    this.running = this.runToItsEnd(session);
    return this.current;
  }

  /** What became of it is told when the next may begin. */
  private async runToItsEnd(session: QueryRunner): Promise<void> {
    const outcome = await this.run().catch((error: unknown): Partial<RebuildState> => {
      const failure = error instanceof Error ? error.message : String(error);
      this.logger.error(`the rebuild failed: ${failure}`);
      return { state: 'failed', failure };
    });
    await release(session, true);
    this.running = undefined;
    this.tell(outcome);
  }

  private async run(): Promise<Partial<RebuildState>> {
    await this.topicSetup.ensure(sourceTopics, this.stopping.signal);
    const client = createKafkajsClient({ clientId: 'social-feed-rebuild', ...this.kafka.cluster, clock: systemClock });
    const pages = new LogPages(client, this.codec, sourceTopics);
    try {
      await this.dataSource.transaction(createNextTables);
      this.tell({ totalRecords: await pages.begin() });
      for (;;) {
        await this.catchUp(pages);
        await analyzeNextTables(this.dataSource.manager);
        const difference = await this.exchange(pages);
        if (!difference) continue;
        this.logger.log(`the read model was built anew from ${this.current.records} records`);
        this.signal.raise();
        return { state: 'done', differentPosts: difference.posts };
      }
    } finally {
      await pages.close();
    }
  }

  /** Reads until little is left; the subscriptions go on meanwhile. */
  private async catchUp(pages: LogPages): Promise<void> {
    for (;;) {
      const { left } = await pages.ends();
      if (left() <= leftAtExchange) return;
      while (left() > 0)
        for await (const page of pages.next(this.stopping.signal))
          await this.dataSource.transaction((manager) => this.apply(manager, page));
    }
  }

  /** @returns undefined when it has to be tried again. */
  private async exchange(pages: LogPages): Promise<{ readonly posts: number } | undefined> {
    const goBack = pages.bookmark();
    const { records } = this.current;
    try {
      return await this.dataSource.transaction(async (manager) => {
        await ownModel(manager);
        const { isReached } = await pages.ends();
        while (!isReached()) for await (const page of pages.next(this.stopping.signal)) await this.apply(manager, page);
        await enterNextTables(manager);
        return await exchangeTables(manager);
      });
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      this.logger.warn('queries hold the tables that are read; the exchange is tried again');
      goBack();
      this.tell({ records });
      await systemClock.sleep(exchangeRetryMs, this.stopping.signal);
      return undefined;
    }
  }

  private async apply(manager: EntityManager, { topic, messages }: LogPage): Promise<void> {
    await enterNextTables(manager);
    await sources.get(topic.name)!.apply(manager, messages);
    this.tell({ records: this.current.records + messages.length });
  }

  private tell(news: Partial<RebuildState>): void {
    this.current = { ...this.current, ...news };
  }
}

const isLockTimeout = (error: unknown): boolean =>
  (error as { driverError?: { code?: string } }).driverError?.code === '55P03';

async function tryLock(session: QueryRunner): Promise<boolean> {
  try {
    const rows = (await session.query('SELECT pg_try_advisory_lock($1) AS locked', [lockKey])) as [{ locked: boolean }];
    return rows[0].locked;
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** The session's lock must not go back to the pool with its connection. */
async function release(session: QueryRunner, isLocked: boolean): Promise<void> {
  try {
    if (isLocked) await session.query('SELECT pg_advisory_unlock($1)', [lockKey]);
  } catch {
    // The session is gone, and its lock with it.
  }
  await session.release();
}
