import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { type ConfigClass } from '../config/index.ts';
import { HealthChecks, HealthController } from '../health/index.ts';
import { Metrics, MetricsController } from '../metrics/index.ts';
import { SERVICE_CONTEXT, type ServiceContext } from '../context/index.ts';

/** What every service has without asking: its configuration, health, metrics and context, injectable everywhere. */
@Module({})
export class KitModule {
  static forService(context: ServiceContext, configs: ReadonlyMap<ConfigClass, object>): DynamicModule {
    const providers: Provider[] = [
      HealthChecks,
      Metrics,
      { provide: SERVICE_CONTEXT, useValue: context },
      ...[...configs].map(([provide, useValue]) => ({ provide, useValue })),
    ];
    return {
      module: KitModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers,
      exports: providers,
    };
  }
}
