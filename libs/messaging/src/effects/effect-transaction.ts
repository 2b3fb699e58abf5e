import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { PreparedConnection } from './prepared-connection.ts';

/**
 * Runs work in a transaction of its own, on a pipelined connection with prepared statements: statements of work that runs side by
 * side share round trips.
 *
 * @throws what the work throws, and when it swallowed a statement's failure: PostgreSQL would turn the COMMIT into a ROLLBACK and
 *   report success.
 */
export async function inEffectTransaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  const connection = new PreparedConnection((await runner.connect()) as PoolClient);
  try {
    await runner.startTransaction();
    const result = await work(runner.manager);
    await runner.commitTransaction();
    if (connection.committed) return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await connection.release().catch(() => undefined);
    await runner.release();
  }
  throw new Error(
    'A statement of the transaction had failed and its handler went on: nothing was committed. Let the error through, or use a savepoint (manager.transaction)',
  );
}
