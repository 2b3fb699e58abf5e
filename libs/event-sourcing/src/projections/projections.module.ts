import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type PartsSource } from '../nest/index.ts';
import { EventStore } from '../event-store/index.ts';
import { ProjectionHost } from './projection-host.ts';
import { type ProjectionHostOptions } from './projection-options.ts';
import { projectionTelemetry, registerProjectionGauges, type ProjectionMetricsPort } from './projection-telemetry.ts';
import { type Projection } from './projection.ts';
import { ProjectionsController } from './projections.controller.ts';
import { ProjectionsOperator } from './projections-operator.ts';

/** Where the parts of the projections come from. */
export type ProjectionsModuleOptions = PartsSource<ProjectionParts>;

/** What the projections of a service work with. */
export interface ProjectionParts {
  readonly projections: readonly Projection[];
  /** How the host works, if not by default. An observer of its own replaces log lines and counters. */
  readonly host?: ProjectionHostOptions;
  readonly metrics?: ProjectionMetricsPort;
}

/**
 * The projections of a Nest service, from its start to its shutdown. TypeORM's `DataSource` and an `EventStore` must be injectable,
 * and `projectionMigrations` among the migrations. It brings `ProjectionHost` (`waitForPosition`),
 * `ProjectionsOperator`, and for operators `/event-sourcing/projections` (`ProjectionsController`).
 *
 *     ProjectionsModule.forRoot({ useFactory: () => ({ projections: [balances] }) })
 */
@Module({})
export class ProjectionsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly host: ProjectionHost;

  constructor(@Inject(ProjectionHost) host: ProjectionHost) {
    this.host = host;
  }

  static forRoot(options: ProjectionsModuleOptions): DynamicModule {
    const operator = {
      provide: ProjectionsOperator,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ProjectionsOperator(dataSource),
    };
    const host = {
      provide: ProjectionHost,
      inject: [DataSource, EventStore, ProjectionsOperator, ...(options.inject ?? [])],
      useFactory: (dataSource: DataSource, store: EventStore, seen: ProjectionsOperator, ...injected: never[]) => {
        const { projections, metrics, host: settings } = options.useFactory(...injected);
        if (metrics) registerProjectionGauges(seen, metrics);
        return new ProjectionHost(dataSource, store, projections, {
          observer: projectionTelemetry(metrics),
          ...settings,
        });
      },
    };
    return {
      module: ProjectionsModule,
      global: true,
      imports: options.imports ?? [],
      controllers: [ProjectionsController],
      providers: [operator, host],
      exports: [operator, host],
    };
  }

  /** What listens afterwards finds the tables that its answers are read from. */
  async onApplicationBootstrap(): Promise<void> {
    this.host.start();
    await this.host.begun();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.host.stop();
  }
}
