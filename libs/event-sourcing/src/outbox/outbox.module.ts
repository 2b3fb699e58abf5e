import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type InjectionToken,
  type ModuleMetadata,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type OutboxPublisher } from './outbox-publisher.ts';
import { OutboxRelay } from './outbox-relay.ts';
import {
  registerOutboxGauges,
  registerRelayHealth,
  relayTelemetry,
  type OutboxHealthPort,
  type OutboxMetricsPort,
} from './outbox-telemetry.ts';
import { Outbox } from './outbox.ts';
import { type RelayOptions } from './relay-options.ts';

export interface OutboxModuleOptions {
  /** Modules that bring what is injected; global ones need not be named. */
  readonly imports?: ModuleMetadata['imports'];
  /** Tokens that `useFactory` is called with. */
  readonly inject?: readonly InjectionToken[];
  readonly useFactory: (...injected: never[]) => OutboxParts;
}

/** What the outbox of a service works with. */
export interface OutboxParts {
  /** The way to the broker. */
  readonly publisher: OutboxPublisher;
  /** How the relay works, if not by default. An observer of its own replaces log lines and counters. */
  readonly relay?: RelayOptions;
  readonly metrics?: OutboxMetricsPort;
  readonly health?: OutboxHealthPort;
}

/**
 * The outbox of a Nest service: `Outbox` to write to, and an `OutboxRelay` that runs from start to shutdown. TypeORM's
 * `DataSource` must be injectable, and `outboxMigrations` among its migrations.
 *
 *     OutboxModule.forRoot({ inject: [MyPublisher], useFactory: (publisher: MyPublisher) => ({ publisher }) })
 */
@Module({})
export class OutboxModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly relay: OutboxRelay;

  constructor(@Inject(OutboxRelay) relay: OutboxRelay) {
    this.relay = relay;
  }

  static forRoot(options: OutboxModuleOptions): DynamicModule {
    const outbox = {
      provide: Outbox,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new Outbox(dataSource),
    };
    const relay = {
      provide: OutboxRelay,
      inject: [DataSource, Outbox, ...(options.inject ?? [])],
      useFactory: (dataSource: DataSource, written: Outbox, ...injected: never[]) => {
        const { publisher, metrics, health, relay: settings } = options.useFactory(...injected);
        const made = new OutboxRelay(dataSource, publisher, { observer: relayTelemetry(metrics), ...settings });
        if (metrics) registerOutboxGauges(written, metrics);
        if (health) registerRelayHealth(made, health);
        return made;
      },
    };
    return {
      module: OutboxModule,
      global: true,
      imports: options.imports ?? [],
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
