import { defineConfig } from './define-config.ts';
import { integer, url } from './setting.ts';

/** The PostgreSQL database that the service owns, and its connections to it. */
export class DatabaseConfig extends defineConfig({
  databaseUrl: url({
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    description:
      "the service's own PostgreSQL database, for example postgres://user:password@127.0.0.1:5432/social_posts",
  }),
  databasePoolSize: integer({ default: 10, min: 1, max: 1000, description: 'most connections held to PostgreSQL' }),
  databaseConnectTimeoutMs: integer({
    default: 5000,
    min: 100,
    max: 600_000,
    description: 'milliseconds that a request waits for a connection before it is refused',
  }),
  databaseIdleInTransactionTimeoutMs: integer({
    default: 30_000,
    min: 0,
    max: 3_600_000,
    description: 'milliseconds after which PostgreSQL ends a transaction that does nothing; 0 never',
  }),
  databaseStartTimeoutMs: integer({
    default: 120_000,
    min: 0,
    max: 86_400_000,
    description: 'milliseconds that the start waits for PostgreSQL before the process gives up',
  }),
}) {}
