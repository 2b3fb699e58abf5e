import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from '@nestjs/common';
import { type DataSource, type QueryRunner } from 'typeorm';

const POLL_MS = 200;
const TELL_EVERY_POLLS = 25;

/**
 * Runs the pending migrations, each in its own transaction. Several processes of one service may start at once: a
 * session-level advisory lock, held on a connection of its own, lets one of them migrate while the others wait; it goes
 * with the connection if the process dies.
 */
export async function migrate(dataSource: DataSource, name: string, logger: Logger): Promise<void> {
  if (dataSource.migrations.length === 0) return;
  const lockHolder = dataSource.createQueryRunner();
  const key = lockKey(name);
  try {
    await takeLock(lockHolder, key, logger);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    for (const migration of done) logger.log(`migrated: ${migration.name}`);
    await lockHolder.query('SELECT pg_advisory_unlock($1::bigint)', [key]);
  } finally {
    await lockHolder.release();
  }
}

async function takeLock(lockHolder: QueryRunner, key: string, logger: Logger): Promise<void> {
  for (let poll = 1; ; poll += 1) {
    const rows = (await lockHolder.query('SELECT pg_try_advisory_lock($1::bigint) AS taken', [key])) as unknown as {
      taken: boolean;
    }[];
    if (rows[0]?.taken) return;
    if (poll % TELL_EVERY_POLLS === 0) logger.warn('waiting for another process that is migrating this database');
    await delay(POLL_MS);
  }
}

/** A signed 64-bit key from the service's name, as decimal text. */
function lockKey(name: string): string {
  return createHash('sha256').update(`migrations:${name}`).digest().readBigInt64BE(0).toString();
}
