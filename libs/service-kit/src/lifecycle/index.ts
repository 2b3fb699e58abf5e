/** From the start of a service process to its exit. */
export { bootstrap } from './bootstrap.ts';
export { describeService, openApiLedger } from './openapi-ledger.ts';
export { type AppModule, type ServiceOptions } from './service-options.ts';
export { startService, type RunningService } from './start-service.ts';
