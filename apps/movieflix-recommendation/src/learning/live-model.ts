/**
 * The model that answers, and the one that is being built to take its place.
 *
 * Every instance holds the whole model and reads both topics from their beginning at each start (docs/adr/0028): there is no other copy of
 * it. A rebuild reads them again into a second model, while the first goes on learning and answering, and takes its place when it is up
 * to date; meanwhile both are in memory.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock, TopicSetup, type KafkaClient } from '@headwater/messaging';
import {
  HealthChecks,
  KafkaConfig,
  Metrics,
  Problem,
  SERVICE_CONTEXT,
  type HealthResult,
  type ServiceContext,
} from '@headwater/service-kit';
import type { RecommendationModel } from '../model/index.ts';
import { ModelReplica, type AppliedWatch, type BuildProgress } from './model-replica.ts';
import { ModelConfig } from './model.config.ts';

const retryMs = 500;
const measureMs = 1_000;

/** What the service says of its model. */
export interface ModelState {
  readonly serving: BuildProgress;
  /** Null while none is under way. */
  readonly rebuild: BuildProgress | null;
  readonly rebuilds: number;
}

@Injectable()
export class LiveModel implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Model');
  private readonly client: KafkaClient;
  private readonly listeners: ((applied: AppliedWatch) => void)[] = [];
  /** The last offset of each partition that listeners were told of. */
  private readonly toldTo = new Map<number, number>();
  private readonly ahead: AppliedWatch[] = [];
  private serving: ModelReplica | undefined;
  private building: ModelReplica | undefined;
  private opening: Promise<void> | undefined;
  private rebuilding: Promise<void> | undefined;
  private measuring: NodeJS.Timeout | undefined;
  private rebuilds = 0;

  constructor(
    kafka: KafkaConfig,
    private readonly config: ModelConfig,
    private readonly codec: EventCodec,
    private readonly topicSetup: TopicSetup,
    private readonly health: HealthChecks,
    private readonly metrics: Metrics,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    const { name: clientId } = context;
    this.client = createKafkajsClient({
      clientId,
      ...kafka.cluster,
      clock: systemClock,
    });
  }

  onApplicationBootstrap(): void {
    const starting: HealthResult = { ok: false, detail: 'not opened yet' };
    this.health.add('ready', 'model', () => this.serving?.ready() ?? starting);
    this.opening = this.open();
    this.measure();
  }

  /** The model that answers. @throws Problem 503 until it is built for the first time. */
  get model(): RecommendationModel {
    if (this.serving?.progress().done) return this.serving.model;
    const percent = this.serving?.progress().percent ?? 0;
    throw Problem.unavailable(
      'model-building',
      `The model is being built from what everybody watched: ${percent} % are read. Send the same request again shortly.`,
    );
  }

  get state(): ModelState {
    const nothing: BuildProgress = { records: 0, percent: 0, done: false };
    return {
      serving: this.serving?.progress() ?? nothing,
      rebuild: this.building?.progress() ?? null,
      rebuilds: this.rebuilds,
    };
  }

  /** Resolves when the model answers; undefined when the service stops before. */
  async whenServing(): Promise<RecommendationModel | undefined> {
    await this.opening;
    await this.serving?.restored.catch(() => undefined);
    return this.serving?.progress().done ? this.serving.model : undefined;
  }

  /** Told of every record of `show_position` that the serving model was told of. */
  onApplied(listener: (applied: AppliedWatch) => void): void {
    this.listeners.push(listener);
  }

  /** Begins to build another model from the topics. @throws Problem 409 while one is being built. */
  rebuild(): void {
    if (this.rebuilding || !this.serving?.progress().done)
      throw Problem.conflict('rebuild-under-way', 'The model is being built already. GET /model tells how far it is.');
    this.rebuilding = this.rebuildBeside().finally(() => {
      this.rebuilding = undefined;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.measuring);
    await this.opening;
    await this.building?.close();
    await this.rebuilding;
    await this.serving?.close();
  }

  /** Whoever starts first makes the topics. */
  private async open(): Promise<void> {
    const { stopping } = this.context;
    while (!stopping.aborted) {
      try {
        await this.topicSetup.ensure([topics.shows, topics.showPosition], stopping);
        const replica = this.createReplica();
        this.serving = replica;
        await replica.begin();
        return;
      } catch (error) {
        await this.serving?.close();
        this.logger.warn(`the topics cannot be read yet: ${textOf(error)}`);
        await delay(retryMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }

  private createReplica(): ModelReplica {
    const replica: ModelReplica = new ModelReplica({
      client: this.client,
      codec: this.codec,
      limits: this.config.limits,
      metrics: this.metrics,
      onApplied: (applied) => this.applied(replica, applied),
    });
    return replica;
  }

  /** What the model that is being built knows before the serving one is told when it takes its place. */
  private applied(replica: ModelReplica, applied: AppliedWatch): void {
    const { partition, offset } = applied;
    const told = this.toldTo.get(partition) ?? -1;
    if (replica === this.serving) {
      this.toldTo.set(partition, Math.max(offset, told));
      for (const listener of this.listeners) listener(applied);
    } else if (offset > told) this.ahead.push(applied);
  }

  private async rebuildBeside(): Promise<void> {
    const replica = this.createReplica();
    this.building = replica;
    try {
      await replica.begin();
      await replica.restored;
      const before = this.serving;
      this.serving = replica;
      this.rebuilds++;
      for (const applied of this.ahead.splice(0)) this.applied(replica, applied);
      this.logger.log(`rebuilt from ${replica.progress().records} records`);
      await before?.close();
    } catch (error) {
      if (!this.context.stopping.aborted) this.logger.error(`the rebuild failed: ${textOf(error)}`);
      this.ahead.length = 0;
      await replica.close();
    } finally {
      this.building = undefined;
    }
  }

  private measure(): void {
    const gauge = (name: string, help: string) => this.metrics.gauge({ name: `movieflix_model_${name}`, help });
    const users = gauge('users', 'Users that the model knows');
    const shows = gauge('shows', 'Shows that the model knows');
    const watches = gauge('watches', 'Watches that the model holds');
    const bytes = gauge('bytes', 'Memory of watches and what is counted from them');
    const forgotten = gauge('forgotten_users', 'Users forgotten for want of room');
    const refused = gauge('refused_watches', 'Watches that were not learned for want of room');
    this.measuring = setInterval(() => {
      if (!this.serving) return;
      const { size } = this.serving.model;
      users.set(size.users);
      shows.set(size.shows);
      watches.set(size.watches);
      bytes.set(size.bytes);
      forgotten.set(size.forgottenUsers);
      refused.set(this.serving.refused);
    }, measureMs);
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
