/** Titles by show: the whole catalogue, which is small, in every instance, from its compacted topic. */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics, type ShowDescribed } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock, TopicSetup } from '@headwater/messaging';
import {
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  type HealthResult,
  type ServiceContext,
} from '@headwater/service-kit';
import { contractTopic, openTable, type MaterializedTable } from '@headwater/streams';

type Catalogue = MaterializedTable<string, { readonly name: string; readonly value: ShowDescribed }>;

const retryMs = 500;

@Injectable()
export class ShowTitles implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ShowTitles');
  private catalogue: Catalogue | undefined;
  private opening: Promise<void> | undefined;

  constructor(
    private readonly kafka: KafkaConfig,
    private readonly codec: EventCodec,
    private readonly topicSetup: TopicSetup,
    private readonly health: HealthChecks,
    private readonly metrics: Metrics,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  onApplicationBootstrap(): void {
    const starting: HealthResult = { ok: false, detail: 'not opened yet' };
    this.health.add('ready', 'shows', () => this.catalogue?.ready() ?? starting);
    this.opening = this.open();
  }

  /** Null for a show that the catalogue does not have (yet). */
  titleOf(showId: string): string | null {
    return this.catalogue?.get(showId)?.value.title ?? null;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opening;
    await this.catalogue?.close();
  }

  /** Whoever starts first makes the topic. */
  private async open(): Promise<void> {
    const { name, stopping } = this.context;
    const client = createKafkajsClient({
      clientId: name,
      ...this.kafka.cluster,
      clock: systemClock,
    });
    while (!this.catalogue && !stopping.aborted) {
      try {
        await this.topicSetup.ensure([topics.shows], stopping);
        this.catalogue = await openTable(client, contractTopic(topics.shows, this.codec), { metrics: this.metrics });
      } catch (error) {
        this.logger.warn(
          `the catalogue cannot be opened yet: ${error instanceof Error ? error.message : String(error)}`,
        );
        await delay(retryMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }
}
