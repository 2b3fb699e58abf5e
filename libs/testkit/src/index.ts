/** Broker, registry, PostgreSQL and topic readers for tests: the real ones. */
export * from './broker/index.ts';
export * from './ports/index.ts';
export * from './postgres/index.ts';
export * from './topics/index.ts';
