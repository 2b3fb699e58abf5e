/**
 * The counts of all campaigns, as the compacted topics tell them. Every instance follows the topics and holds all of them, whichever
 * instance counted what: so any of them answers, also while partitions move.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics, type CampaignPerformance, type CampaignSlice } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock, TopicSetup, type KafkaClient } from '@headwater/messaging';
import {
  CursorCodec,
  HealthChecks,
  KafkaConfig,
  Metrics,
  pageOf,
  Problem,
  SERVICE_CONTEXT,
  type HealthResult,
  type Page,
  type ServiceContext,
} from '@headwater/service-kit';
import { followTopic, ReadableTopic, type FollowedState, type TopicFollower } from '@headwater/streams';
import type { Campaign, Counted } from './campaign.ts';

const cursors = new CursorCodec({ campaigner: 'string' });

interface Parts {
  readonly hours: Map<string, Counted>;
  readonly creatives: Map<string, Counted>;
}

@Injectable()
export class CampaignTable implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly client: KafkaClient;
  private readonly performances = new Map<string, CampaignPerformance>();
  private readonly parts = new Map<string, Parts>();
  private readonly orphanHours = new Map<string, number>();
  private followers: TopicFollower[] = [];

  constructor(
    kafka: KafkaConfig,
    private readonly codec: EventCodec,
    private readonly topicSetup: TopicSetup,
    private readonly metrics: Metrics,
    private readonly health: HealthChecks,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    this.client = createKafkajsClient({ clientId: context.name, ...kafka.cluster, clock: systemClock });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.health.add('ready', 'campaigns', () => Promise.resolve(this.ready()));
    const { campaignPerformance, campaignSlices, orphanClicks } = topics;
    await this.topicSetup.ensure([campaignPerformance, campaignSlices, orphanClicks], this.context.stopping);
    const followed: readonly FollowedState[] = [
      new ReadableTopic(campaignPerformance, this.codec, (campaigner, event) => {
        if (event) this.performances.set(campaigner, event.value);
        else this.performances.delete(campaigner);
      }),
      new ReadableTopic(campaignSlices, this.codec, (key, event) => this.takeSlice(key, event?.value)),
      new ReadableTopic(orphanClicks, this.codec, (hour, event) => {
        if (event) this.orphanHours.set(hour, event.value.clicks);
        else this.orphanHours.delete(hour);
      }),
    ];
    for (const state of followed)
      this.followers.push(await followTopic(this.client, state, { metrics: this.metrics, clock: systemClock }));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.close()));
  }

  /** @throws Problem 404 */
  campaign(campaigner: string): Campaign {
    const performance = this.performances.get(campaigner);
    if (!performance) throw Problem.notFound('campaign-unknown', `Nothing was counted of a campaign of ${campaigner}.`);
    const { hours, creatives } = this.partsOf(campaigner);
    return { performance, hours, creatives };
  }

  /** In order of their names. @throws Problem 400 for a cursor that is none */
  page(limit: number, cursor: string | undefined): Page<CampaignPerformance> {
    const after = cursor === undefined ? '' : cursors.decode(cursor).campaigner;
    const names = [...this.performances.keys()].filter((name) => name > after).sort();
    const rows = names.slice(0, limit + 1).map((name) => this.performances.get(name)!);
    return pageOf(rows, limit, ({ campaigner }) => cursors.encode({ campaigner }));
  }

  /** Clicks without impression by the hour of the click, the earliest first. */
  orphans(): { readonly hour: string; readonly clicks: number }[] {
    return [...this.orphanHours]
      .map(([hour, clicks]) => ({ hour, clicks }))
      .sort((one, other) => (one.hour < other.hour ? -1 : 1));
  }

  private ready(): HealthResult {
    const restoring = this.followers.map((follower) => follower.ready()).find(({ ok }) => !ok);
    return this.followers.length === 0
      ? { ok: false, detail: 'topics are being looked at' }
      : (restoring ?? { ok: true });
  }

  private partsOf(campaigner: string): Parts {
    return this.parts.get(campaigner) ?? { hours: new Map(), creatives: new Map() };
  }

  private takeSlice(key: string, slice: CampaignSlice | undefined): void {
    const [campaigner = '', dimension, value = ''] = key.split('|');
    const parts = this.partsOf(campaigner);
    this.parts.set(campaigner, parts);
    if (dimension !== 'hour' && dimension !== 'creative') return;
    const part = dimension === 'hour' ? parts.hours : parts.creatives;
    if (slice) part.set(value, { impressions: slice.impressions, clicks: slice.clicks });
    else part.delete(value);
  }
}
