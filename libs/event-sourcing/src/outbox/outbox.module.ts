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
import { Outbox } from './outbox.ts';
import { type RelayOptions } from './relay-options.ts';

export interface OutboxModuleOptions {
  /** Modules that bring what is injected; global ones need not be named. */
  readonly imports?: ModuleMetadata['imports'];
  /** Tokens that `useFactory` is called with. */
  readonly inject?: readonly InjectionToken[];
  /** Makes the way to the broker, and how the relay works if not by default. */
  readonly useFactory: (...injected: never[]) => {
    readonly publisher: OutboxPublisher;
    readonly relay?: RelayOptions;
  };
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
      inject: [DataSource, ...(options.inject ?? [])],
      useFactory: (dataSource: DataSource, ...injected: never[]) => {
        const parts = options.useFactory(...injected);
        return new OutboxRelay(dataSource, parts.publisher, parts.relay);
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
