import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { DatabaseConfig } from '../config/index.ts';
import { HealthChecks } from '../health/index.ts';
import { Metrics } from '../metrics/index.ts';
import { SERVICE_CONTEXT, type ServiceContext } from '../context/index.ts';
import { openDatabase, type DatabaseOptions } from './open-database.ts';

/**
 * The service's own PostgreSQL as TypeORM's `DataSource` and `EntityManager`, injectable everywhere
 * (`TypeOrmModule.forFeature` and `@InjectRepository` work on it too). Opened and migrated before anything that injects
 * it is made; part of readiness; closed last, when HTTP and consumers have stopped.
 *
 *     @Module({ imports: [DatabaseModule.forRoot({ entities: [Post], migrations: [CreatePosts1700000000000] })] })
 *
 * The service's bootstrap must list `DatabaseConfig` among its `configs`.
 */
@Module({})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  private readonly dataSource: DataSource;
  private readonly health: HealthChecks;
  private readonly metrics: Metrics;

  constructor(
    @Inject(DataSource) dataSource: DataSource,
    @Inject(HealthChecks) health: HealthChecks,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.dataSource = dataSource;
    this.health = health;
    this.metrics = metrics;
  }

  static forRoot(options: DatabaseOptions): DynamicModule {
    const dataSource = {
      provide: DataSource,
      inject: [SERVICE_CONTEXT, DatabaseConfig],
      useFactory: (context: ServiceContext, config: DatabaseConfig) =>
        openDatabase(context.name, config, options, context.stopping),
    };
    const entityManager = {
      provide: EntityManager,
      inject: [DataSource],
      useFactory: (source: DataSource) => source.manager,
    };
    return {
      module: DatabaseModule,
      global: true,
      providers: [dataSource, entityManager],
      exports: [dataSource, entityManager],
    };
  }

  onModuleInit(): void {
    this.health.add('ready', 'database', async () => {
      await this.dataSource.query('SELECT 1');
      return { ok: true };
    });
    const pool = (this.dataSource.driver as unknown as { master?: PoolCounts }).master;
    if (pool === undefined) return;
    this.metrics.gauge({
      name: 'database_connections',
      help: 'Connections to PostgreSQL by state, and requests that wait for one',
      labelNames: ['state'],
      collect() {
        this.set({ state: 'idle' }, pool.idleCount);
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'waiting' }, pool.waitingCount);
      },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    new Logger('Database').debug('closed');
  }
}

/** The part of pg's pool that the metrics read; TypeORM keeps it as `master`. */
interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}
