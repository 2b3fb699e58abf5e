/** What `surge_pricing` holds, in every instance: the newest price of each zone. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics, type ZonePriced } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock } from '@headwater/messaging';
import {
  CursorCodec,
  HealthChecks,
  KafkaConfig,
  pageOf,
  SERVICE_CONTEXT,
  type Page,
  type ServiceContext,
} from '@headwater/service-kit';
import { followTopic, ReadableTopic, type TopicFollower } from '@headwater/streams';
import { ZoneWindows } from './zone-windows.ts';

const cursors = new CursorCodec({ zone: 'string' });
const windowCursors = new CursorCodec({ windowStart: 'string' });

@Injectable()
export class ZonePrices implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly byZone = new Map<string, ZonePriced>();
  private readonly windows = new ZoneWindows();
  private follower: TopicFollower | undefined;

  constructor(
    private readonly kafka: KafkaConfig,
    private readonly codec: EventCodec,
    private readonly health: HealthChecks,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  /** A service that does not know its prices is not ready: a quote would be wrong. */
  async onApplicationBootstrap(): Promise<void> {
    this.health.add('ready', 'prices', () => this.follower?.ready() ?? { ok: false, detail: 'not opened yet' });
    const client = createKafkajsClient({
      clientId: this.context.name,
      ...this.kafka.cluster,
      clock: systemClock,
    });
    const topic = ReadableTopic.consume(topics.surgePricing, this.codec, (zone, event) => {
      if (event) {
        this.byZone.set(zone, event.value);
        this.windows.note(event.value);
      } else {
        this.byZone.delete(zone);
        this.windows.forget(zone);
      }
    });
    this.follower = await followTopic(client, topic);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.follower?.close();
  }

  of(zone: string): ZonePriced | undefined {
    return this.byZone.get(zone);
  }

  /** What a ride cost that was requested at a moment; the meter alone, 1, where nothing is known of a zone from so long ago. */
  async surgeAt(zone: string, time: Date): Promise<number> {
    await this.follower?.restored;
    return this.windows.at(zone, time)?.surge ?? 1;
  }

  /** The windows of a zone that are known, the earliest first. @throws Problem 400 for a cursor that is none */
  windowsOf(zone: string, limit: number, cursor: string | undefined): Page<ZonePriced> {
    const after = cursor === undefined ? '' : windowCursors.decode(cursor).windowStart;
    const rows = this.windows.of(zone).filter(({ windowStart }) => windowStart.toISOString() > after);
    return pageOf(rows.slice(0, limit + 1), limit, ({ windowStart }) =>
      windowCursors.encode({ windowStart: windowStart.toISOString() }),
    );
  }

  /** By zone. @throws Problem 400 for a cursor that is none */
  page(limit: number, cursor: string | undefined): Page<ZonePriced> {
    const after = cursor === undefined ? '' : cursors.decode(cursor).zone;
    const zones = [...this.byZone.keys()].filter((zone) => zone > after).sort();
    const rows = zones.slice(0, limit + 1).map((zone) => this.byZone.get(zone)!);
    return pageOf(rows, limit, ({ zone }) => cursors.encode({ zone }));
  }
}
