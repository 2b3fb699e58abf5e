import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type PartsSource } from '../nest/index.ts';
import { type OutboxPublisher } from './outbox-publisher.ts';
import { OutboxRelay } from './outbox-relay.ts';
import {
  registerOutboxGauges,
  registerRelayHealth,
  relayTelemetry,
  type OutboxHealthPort,
  type OutboxMetricsPort,
} from './outbox-telemetry.ts';
import { OutboxController } from './outbox.controller.ts';
import { Outbox } from './outbox.ts';
import { type Relay } from './relay.ts';
import { type RelayOptions } from './relay-options.ts';
import { registerWalRelayGauges, walRelayTelemetry } from './wal-relay-telemetry.ts';
import { WalOutboxRelay } from './wal-outbox-relay.ts';
import { type WalRelayOptions } from './wal-relay-options.ts';

/** Where the parts of the outbox come from. */
export type OutboxModuleOptions = PartsSource<OutboxParts>;

/** What the outbox of a service works with. */
export interface OutboxParts {
  /** The way to the broker. */
  readonly publisher: OutboxPublisher;
  /** Where the relay reads: `table` (default), or `wal`, the write-ahead log, which needs wal_level=logical and REPLICATION. */
  readonly form?: 'table' | 'wal';
  /** How the relay works, if not by default. An observer of its own replaces log lines and counters. */
  readonly relay?: RelayOptions & WalRelayOptions;
  readonly metrics?: OutboxMetricsPort;
  readonly health?: OutboxHealthPort;
}

/** The token of the relay, of either form. */
export const OUTBOX_RELAY = Symbol('headwater.outbox.relay');

/**
 * The outbox of a Nest service: `Outbox` to write to, and a relay (`OUTBOX_RELAY`) that runs from start to shutdown. TypeORM's
 * `DataSource` must be injectable, and `outboxMigrations` among its migrations. Operators get `/event-sourcing/outbox` (`OutboxController`).
 *
 *     OutboxModule.forRoot({ inject: [MyPublisher], useFactory: (publisher: MyPublisher) => ({ publisher }) })
 */
@Module({})
export class OutboxModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly relay: Relay;

  constructor(@Inject(OUTBOX_RELAY) relay: Relay) {
    this.relay = relay;
  }

  static forRoot(options: OutboxModuleOptions): DynamicModule {
    const outbox = {
      provide: Outbox,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new Outbox(dataSource),
    };
    const relay = {
      provide: OUTBOX_RELAY,
      inject: [DataSource, Outbox, ...(options.inject ?? [])],
      useFactory: (dataSource: DataSource, written: Outbox, ...injected: never[]) => {
        const parts = options.useFactory(...injected);
        if (parts.metrics) registerOutboxGauges(written, parts.metrics);
        const made = relayOf(dataSource, parts);
        if (parts.health) registerRelayHealth(made, parts.health);
        return made;
      },
    };
    return {
      module: OutboxModule,
      global: true,
      imports: options.imports ?? [],
      controllers: [OutboxController],
      providers: [outbox, relay],
      exports: [outbox, relay],
    };
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}

function relayOf(dataSource: DataSource, { publisher, metrics, relay, form }: OutboxParts): Relay {
  if (form !== 'wal') return new OutboxRelay(dataSource, publisher, { observer: relayTelemetry(metrics), ...relay });
  const made = new WalOutboxRelay(dataSource, publisher, { observer: walRelayTelemetry(metrics), ...relay });
  if (metrics) registerWalRelayGauges(made, metrics);
  return made;
}
