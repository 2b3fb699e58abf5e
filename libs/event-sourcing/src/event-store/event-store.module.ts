import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type PartsSource } from '../nest/index.ts';
import { BarrierWatch, type BarrierWatchOptions } from './barrier-watch.ts';
import { registerEventStoreGauges, type EventStoreMetricsPort } from './event-store-telemetry.ts';
import { EventStore, type EventStoreOptions } from './event-store.ts';

/** Where the event store's parts come from. */
export type EventStoreModuleOptions = Partial<PartsSource<EventStoreParts>>;

/** What the event store of a service works with. */
export interface EventStoreParts {
  readonly store?: EventStoreOptions;
  readonly barrier?: BarrierWatchOptions;
  readonly metrics?: EventStoreMetricsPort;
}

/**
 * The event store of a Nest service, with a watch over what holds its readers back. TypeORM's `DataSource` must be injectable, and
 * `eventStoreMigrations` among the migrations. It brings `EventStore`.
 *
 *     EventStoreModule.forRoot({ inject: [Metrics], useFactory: (metrics: Metrics) => ({ metrics }) })
 */
@Module({})
export class EventStoreModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(BarrierWatch) private readonly watch: BarrierWatch) {}

  static forRoot({ imports = [], inject = [], useFactory }: EventStoreModuleOptions = {}): DynamicModule {
    const PARTS = Symbol('headwater.event-store.parts');
    const parts = {
      provide: PARTS,
      inject: [...inject],
      useFactory: (...injected: never[]): EventStoreParts => useFactory?.(...injected) ?? {},
    };
    const store = {
      provide: EventStore,
      inject: [DataSource, PARTS],
      useFactory: (dataSource: DataSource, { store: options, metrics }: EventStoreParts) => {
        const made = new EventStore(dataSource, options);
        if (metrics) registerEventStoreGauges(made, metrics);
        return made;
      },
    };
    const watch = {
      provide: BarrierWatch,
      inject: [DataSource, EventStore, PARTS],
      useFactory: (dataSource: DataSource, made: EventStore, { barrier }: EventStoreParts) =>
        new BarrierWatch(dataSource, made, barrier),
    };
    return { module: EventStoreModule, global: true, imports, providers: [parts, store, watch], exports: [store] };
  }

  onApplicationBootstrap(): void {
    this.watch.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.watch.stop();
  }
}
