import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Stage } from './stage.ts';

const program = resolve(import.meta.dirname, '../../../../apps/social-feed/dist/main.js');
const pollMs = 20;

/** Likes a second that the service brings into its read model, from the first that is there to the last. */
export async function feedEventsPerSecond(stage: Stage): Promise<number> {
  const service = spawn(process.execPath, [program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: stage.databaseUrl,
      KAFKA_BOOTSTRAP_SERVERS: stage.bootstrapServers,
      SCHEMA_REGISTRY_URL: stage.registryUrl,
    },
  });
  const ended = once(service, 'close');
  try {
    return await Promise.race([
      measure(stage),
      ended.then(() => Promise.reject(new Error('social-feed ended too soon'))),
    ]);
  } finally {
    service.kill('SIGTERM');
    await ended;
  }
}

async function measure({ databaseUrl, likes }: Stage): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const first = await untilCount(client, 1);
    const last = await untilCount(client, likes);
    return ((last.count - first.count) / (last.atMs - first.atMs)) * 1000;
  } finally {
    await client.end();
  }
}

/** Waits until so many likes are counted in the totals. */
async function untilCount(client: pg.Client, wanted: number): Promise<{ count: number; atMs: number }> {
  for (;;) {
    const count = await likesCounted(client);
    if (count >= wanted) return { count, atMs: performance.now() };
    await delay(pollMs);
  }
}

async function likesCounted(client: pg.Client): Promise<number> {
  // The service makes the table at its start.
  const { rows } = await client.query<{ there: boolean }>("SELECT to_regclass('post_totals') IS NOT NULL AS there");
  if (!rows[0]!.there) return 0;
  const totals = await client.query<{ count: number }>('SELECT coalesce(sum(likes), 0)::int AS count FROM post_totals');
  return totals.rows[0]!.count;
}
