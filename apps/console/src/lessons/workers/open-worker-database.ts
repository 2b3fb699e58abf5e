import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import type { DataSource } from 'typeorm';
import type { WorkerSettings } from './worker-channel.ts';

/** The lesson's schema, which the console has migrated. */
export async function openWorkerDatabase({ databaseUrl }: WorkerSettings): Promise<DataSource> {
  const config = new DatabaseConfig({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '6' });
  return await openDatabase('lesson', config, {});
}
