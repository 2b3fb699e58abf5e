/**
 * The positions that this instance owns, and who owns the others (docs/adr/0027). It joins the group when its HTTP server listens, as
 * the other instances must reach it from then on.
 */
import type { AddressInfo, Server } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { topics } from '@headwater/contracts';
import { createKafkajsClient, systemClock } from '@headwater/messaging';
import {
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  ServiceConfig,
  type HealthResult,
  type ServiceContext,
} from '@headwater/service-kit';
import { openPartitionedTable, type PartitionedTable, type PartitionOwner } from '@headwater/streams';
import { PartitionPositions } from '../position/partition-positions.ts';
import { PositionCodec } from '../position/position-codec.ts';
import { PositionReports } from '../position/position-reports.ts';
import { OwnershipConfig } from './ownership.config.ts';

const roundMs = 1_000;
const retryMs = 500;

@Injectable()
export class OwnedPositions implements OnApplicationBootstrap, OnApplicationShutdown {
  /** This instance, as the others know it. */
  address = '';
  private readonly logger = new Logger('OwnedPositions');
  private table: PartitionedTable<PartitionPositions> | undefined;
  private opening: Promise<void> | undefined;
  private rounds: NodeJS.Timeout | undefined;
  private rewriting = false;

  constructor(
    private readonly config: OwnershipConfig,
    private readonly serviceConfig: ServiceConfig,
    private readonly kafka: KafkaConfig,
    private readonly codec: PositionCodec,
    private readonly reports: PositionReports,
    private readonly health: HealthChecks,
    private readonly metrics: Metrics,
    private readonly httpAdapter: HttpAdapterHost,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  onApplicationBootstrap(): void {
    const starting: HealthResult = { ok: false, detail: 'not joined yet' };
    this.health.add('ready', 'positions', () => this.table?.ready() ?? starting);
    this.health.add('live', 'positions', () => this.table?.live() ?? { ok: true });
    const server = this.httpAdapter.httpAdapter.getHttpServer() as Server;
    server.once('listening', () => {
      this.address = this.config.advertisedUrl?.replace(/\/$/, '') ?? this.listeningAt(server);
      this.opening = this.open();
    });
  }

  /** The partition's owner; undefined while this instance is no member of the group. */
  ownerOf(userId: string): PartitionOwner | undefined {
    return this.table?.ownerOf(this.table.partitionOf(userId));
  }

  /** What lies together has one owner. */
  partitionOf(userId: string): number {
    return this.table?.partitionOf(userId) ?? 0;
  }

  /** The positions of the user's partition, once they are restored. @throws {StreamsError} `NOT_OWNED` */
  async of(userId: string): Promise<PartitionPositions> {
    return this.table!.state(this.table!.partitionOf(userId));
  }

  /** After the HTTP server, so that the last request was answered by its owner. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.rounds);
    await this.opening;
    await this.table?.close();
  }

  private async open(): Promise<void> {
    const { name, stopping } = this.context;
    const client = createKafkajsClient({
      clientId: name,
      ...this.kafka.cluster,
      clock: systemClock,
    });
    while (!this.table && !stopping.aborted) {
      try {
        this.table = await openPartitionedTable(client, {
          topic: topics.showPosition.name,
          groupId: `${name}.owners`,
          address: this.address,
          createState: () => new PartitionPositions(this.codec),
          prepareAt: (source, start, end) => this.codec.prepareAt(source, start, end),
          sessionTimeoutMs: this.config.ownerSessionTimeoutMs,
          metrics: this.metrics,
        });
      } catch (error) {
        this.logger.warn(`positions cannot be opened yet: ${error instanceof Error ? error.message : String(error)}`);
        await delay(retryMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
    this.measure();
  }

  /** Each round measures, and rewrites what was overtaken. */
  private measure(): void {
    const gauge = (unit: string, help: string) =>
      this.metrics.gauge({ name: `movieflix_positions_${unit}`, help: `${help} in the partitions of this instance` });
    const users = gauge('users', 'Users');
    const held = gauge('held', 'Positions');
    const bytes = gauge('bytes', 'Memory of positions');
    this.rounds = setInterval(() => {
      const tables = this.table?.states().map(({ table }) => table) ?? [];
      users.set(tables.reduce((sum, table) => sum + table.users, 0));
      held.set(tables.reduce((sum, table) => sum + table.size, 0));
      bytes.set(tables.reduce((sum, table) => sum + table.bytes, 0));
      if (!this.rewriting) void this.rewrite();
    }, roundMs);
  }

  private async rewrite(): Promise<void> {
    this.rewriting = true;
    try {
      for (const state of this.table?.states() ?? []) await this.reports.rewrite(state);
    } catch (error) {
      this.logger.warn(`what was overtaken is not written again yet: ${String(error)}`);
    } finally {
      this.rewriting = false;
    }
  }

  private listeningAt(server: Server): string {
    const { port } = server.address() as AddressInfo;
    const { host } = this.serviceConfig;
    const isEverywhere = host === '0.0.0.0' || host === '::';
    return `http://${isEverywhere ? hostname() : host.includes(':') ? `[${host}]` : host}:${port}`;
  }
}
