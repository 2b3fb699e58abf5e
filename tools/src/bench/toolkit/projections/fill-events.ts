import { eventStoreMigrations, projectionMigrations } from '@headwater/event-sourcing';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import type { EventsWork } from './work.ts';

const eventsPerInsert = 100_000;

export function openEventsDatabase(databaseUrl: string) {
  const config = new DatabaseConfig({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '10' });
  return openDatabase('bench', config, { migrations: [...eventStoreMigrations, ...projectionMigrations] });
}

/** Events of so many streams, straight into the table. */
export async function fillEvents({ databaseUrl, events, streams }: EventsWork): Promise<void> {
  const database = await openEventsDatabase(databaseUrl);
  for (let first = 0; first < events; first += eventsPerInsert)
    await database.query(
      `INSERT INTO events (stream_id, version, event_id, type, schema_version, data, metadata)
       SELECT 'stream-' || number % $3, number / $3 + 1, gen_random_uuid(), 'Measured', 1,
         jsonb_build_object('amount', number, 'text', repeat('x', 100)), '{}'
       FROM generate_series($1::int, $2::int) AS number`,
      [first, Math.min(first + eventsPerInsert, events) - 1, streams],
    );
  await database.query('VACUUM ANALYZE events');
  await database.destroy();
}
