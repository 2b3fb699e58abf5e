/**
 * Publishes a user's list when a watch of theirs changed it: by the instance that owns the partition of the user's watches, at most once
 * in `publishIntervalMs` a user, and only when it is another list than the topic holds. What others watch changes a list too; that is
 * published with the user's next watch, and seen at once by who asks for it.
 *
 * The group's offset of a partition is the one before which every change is published, so that what a crash interrupts is done at the next
 * start; a list that was published already is then not published again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { recommendationsChanged, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, type KafkaClient } from '@headwater/messaging';
import { KafkaConfig, Metrics, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { followTopic, ReadableTopic, type TopicFollower } from '@headwater/streams';
import { LiveModel } from '../learning/live-model.ts';
import { ModelConfig } from '../learning/model.config.ts';
import type { RecommendationModel } from '../model/index.ts';
import { OwnedPartitions } from './owned-partitions.ts';
import { Pacer } from './pacer.ts';
import { eventIdOf, PublishedLists } from './published-lists.ts';

const listLength = 20;
/** So many lists are made before requests get their turn. */
const sliceUsers = 8;
/** How soon a user is looked at again whose turn has not come. */
const pacedMs = 20;
const retryMs = 500;
const commitMs = 1_000;

@Injectable()
export class RecommendationsPublisher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('RecommendationsPublisher');
  private readonly published = new PublishedLists();
  private readonly pacer: Pacer;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private woken = Promise.withResolvers<undefined>();
  private committedMs = 0;
  /** A list was not published that was to be. */
  private isInterrupted = false;

  constructor(
    private readonly kafka: KafkaConfig,
    config: ModelConfig,
    private readonly live: LiveModel,
    private readonly codec: EventCodec,
    private readonly producer: MessageProducer,
    private readonly metrics: Metrics,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    this.pacer = new Pacer(config.publishIntervalMs, systemClock);
  }

  onApplicationBootstrap(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.isStopping()) this.context.fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const model = await this.live.whenServing();
    if (!model || this.isStopping()) return;
    const client = createKafkajsClient({ clientId: this.context.name, ...this.kafka.cluster, clock: systemClock });
    const partitions = new OwnedPartitions(client, `${this.context.name}.publishers`, () => this.wake());
    const follower = await this.readPublished(client, partitions);
    this.live.onApplied(({ userId, isChange, partition, offset }) =>
      partitions.add(userId, isChange, partition, offset),
    );
    try {
      while (!this.isStopping()) await this.turn(partitions);
      if (!this.isInterrupted) await partitions.commit();
    } finally {
      await partitions.close();
      await follower?.close();
    }
  }

  /** One slice of each partition; then a pause until something changes, or a turn comes. */
  private async turn(partitions: OwnedPartitions): Promise<void> {
    const change = this.woken.promise;
    let made = 0;
    for (const changed of partitions.all()) {
      const users = changed.take(sliceUsers, (userId) => this.pacer.mayTake(userId));
      made += users.length;
      await Promise.all(users.map((userId) => this.publish(userId)));
    }
    const waiting = partitions.all().reduce((sum, { size }) => sum + size, 0);
    this.measure(waiting);
    if (systemClock.nowMs() - this.committedMs >= commitMs) {
      await partitions.commit();
      this.committedMs = systemClock.nowMs();
    }
    if (made > 0) return;
    await Promise.race([change, this.pause(waiting > 0 ? pacedMs : commitMs)]);
  }

  /** Makes the user's list and sends it if it is a new one; tries for as long as it takes. */
  private async publish(userId: string): Promise<void> {
    this.pacer.take(userId);
    while (!this.isStopping()) {
      try {
        await this.publishOnce(this.live.model, userId);
        return;
      } catch (error) {
        this.logger.warn(`the list of a user is not published yet: ${String(error)}`);
        await this.pause(retryMs);
      }
    }
    this.isInterrupted = true;
  }

  private async publishOnce(model: RecommendationModel, userId: string): Promise<void> {
    const newestSeconds = model.newestWatchOf(userId);
    if (newestSeconds === undefined) {
      if (!this.published.has(userId)) return;
      await this.producer.sendTombstone(topics.recommendations, userId);
      this.published.forget(userId);
      return;
    }
    const items = model.recommend(userId, listLength).map(({ showId, score, becauseOf }) => ({
      showId,
      score,
      reason: becauseOf === undefined ? ('popular_now' as const) : ('because_you_watched' as const),
      becauseShowId: becauseOf ?? null,
    }));
    const eventId = eventIdOf(userId, items);
    if (this.published.isPublished(userId, eventId)) return;
    const occurredAt = new Date(newestSeconds * 1000);
    await this.producer.send(topics.recommendations, recommendationsChanged, { eventId, userId, items, occurredAt });
    this.published.note(userId, eventId);
  }

  /**
   * What is published is known from the topic: what this instance published before its start, and what others do. What it publishes itself
   * it knows before it reads it: lists of a user lie in the partition of the same number as the user's watches.
   */
  private async readPublished(client: KafkaClient, partitions: OwnedPartitions): Promise<TopicFollower | undefined> {
    let isRestored = false;
    const state = new ReadableTopic(topics.recommendations, this.codec, (userId, event, partition) => {
      if (isRestored && partitions.owns(partition)) return;
      if (event) this.published.note(userId, event.value.eventId);
      else this.published.forget(userId);
    });
    while (!this.isStopping()) {
      try {
        const follower = await followTopic(client, state);
        await Promise.race([follower.restored, this.stopped()]);
        isRestored = true;
        return follower;
      } catch (error) {
        this.logger.warn(`what is published cannot be read yet: ${String(error)}`);
        await this.pause(retryMs);
      }
    }
    return undefined;
  }

  private measure(waiting: number): void {
    this.metrics
      .gauge({ name: 'movieflix_recommendations_waiting_users', help: 'Users whose list is to be made and published' })
      .set(waiting);
  }

  private wake(): void {
    this.woken.resolve(undefined);
    this.woken = Promise.withResolvers();
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private stopped(): Promise<undefined> {
    return new Promise((resolve) => {
      if (this.isStopping()) resolve(undefined);
      this.stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
