export { bootstrap } from './bootstrap.ts';
export { SERVICE_CONTEXT, type ServiceContext } from './service-context.ts';
export { type AppModule, type ServiceOptions } from './service-options.ts';
export { startService, type RunningService } from './start-service.ts';
