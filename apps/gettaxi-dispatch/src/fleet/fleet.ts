/**
 * The taxis that are out there: every instance holds the index of all (docs/adr/0033), built from `taxi_position`. At start it reads what
 * was written since the oldest position that still counts; from then on it follows the topic.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics, type TaxiPosition } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock } from '@headwater/messaging';
import {
  HealthChecks,
  KafkaConfig,
  Metrics,
  Problem,
  SERVICE_CONTEXT,
  type HealthResult,
  type ServiceContext,
} from '@headwater/service-kit';
import { followTopic, ReadableTopic, type TopicFollower } from '@headwater/streams';
import { FleetConfig } from './fleet.config.ts';
import { TaxiIndex, type TaxiReport } from './taxi-index.ts';

const retryMs = 500;
/** A position is offered no longer than this beyond its age. */
const sweepMs = 1_000;

@Injectable()
export class Fleet implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Fleet.name);
  private readonly index: TaxiIndex;
  private readonly maxAgeMs: number;
  private readonly closing = new AbortController();
  private follower: TopicFollower | undefined;
  private opening: Promise<void> | undefined;
  private sweeping: NodeJS.Timeout | undefined;

  constructor(
    config: FleetConfig,
    private readonly kafka: KafkaConfig,
    private readonly codec: EventCodec,
    private readonly health: HealthChecks,
    private readonly metrics: Metrics,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {
    this.maxAgeMs = config.positionMaxAgeSeconds * 1_000;
    this.index = new TaxiIndex(this.maxAgeMs);
  }

  onApplicationBootstrap(): void {
    const starting: HealthResult = { ok: false, detail: 'not opened yet' };
    this.health.add('ready', 'fleet', () => this.follower?.ready() ?? starting);
    this.measure();
    this.sweeping = setInterval(() => this.index.expire(Date.now()), sweepMs);
    this.opening = this.open();
  }

  /** Resolves when the positions are known that were there at the start; rejects when the service stops before. */
  async restored(): Promise<void> {
    await this.opening;
    this.closing.signal.throwIfAborted();
    await this.follower!.restored;
  }

  /** Whether the positions are read that were there at the start. */
  get isKnown(): boolean {
    return this.follower?.ready().ok ?? false;
  }

  /** @throws Problem 503 until the positions are read that were there at the start. */
  get taxis(): TaxiIndex {
    const ready = this.follower?.ready();
    if (ready?.ok) return this.index;
    throw Problem.unavailable(
      'fleet-restoring',
      `The positions of the taxis are being read${ready?.detail === undefined ? '' : `: ${ready.detail}`}. Send the same request again shortly.`,
    );
  }

  /** Counts a position here at once that this instance has recorded: a taxi that was told so is found by the next request. */
  report(position: TaxiPosition): void {
    this.index.report(reportOf(position), Date.now());
  }

  /** Resolves when everything is known that `taxi_position` holds now. */
  async caughtUp(): Promise<void> {
    await this.restored();
    await this.follower!.waitForEnd();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeping);
    this.closing.abort(new Error('the service stops'));
    await this.opening;
    await this.follower?.close();
  }

  private async open(): Promise<void> {
    const { name: clientId } = this.context;
    const { signal } = this.closing;
    const client = createKafkajsClient({
      clientId,
      ...this.kafka.cluster,
      clock: systemClock,
    });
    const positions = ReadableTopic.consume(topics.taxiPosition, this.codec, (_, event, __, ___, timestampMs) => {
      if (event) this.index.report(reportOf(event.value), timestampMs);
    });
    while (!this.follower && !signal.aborted) {
      try {
        const sinceMs = Date.now() - this.maxAgeMs;
        this.follower = await followTopic(client, positions, { sinceMs, metrics: this.metrics });
      } catch (error) {
        this.logger.warn(`positions cannot be read yet: ${error instanceof Error ? error.message : String(error)}`);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private measure(): void {
    const { index } = this;
    this.metrics.gauge({
      name: 'gettaxi_taxis_free',
      help: 'Taxis that say they are for hire and whose position is fresh',
      collect() {
        this.set(index.free);
      },
    });
    this.metrics.gauge({
      name: 'gettaxi_taxis_known',
      help: 'Taxis whose position is fresh',
      collect() {
        this.set(index.size);
      },
    });
  }
}

function reportOf({ taxiId, latitude, longitude, available, occurredAt }: TaxiPosition): TaxiReport {
  return { taxiId, latitude, longitude, available, occurredAtMs: occurredAt.getTime() };
}
