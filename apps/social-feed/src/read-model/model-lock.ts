/**
 * Who changes the read model shares this lock; the exchange of its tables takes it alone. So there is no change that only the old tables
 * would have. It ends with the transaction.
 */
import type { EntityManager } from 'typeorm';

/** Any number that no other lock of this database uses. */
const lockKey = 5_201_764;

export async function shareModel(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock_shared($1)', [lockKey]);
}

export async function ownModel(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
}
