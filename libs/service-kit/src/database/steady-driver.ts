import pg from 'pg';

const alreadyToldToTheQuery = (): void => undefined;

class SteadyPool extends pg.Pool {
  constructor(options?: pg.PoolConfig) {
    super(options);
    this.on('connect', (client) => client.on('error', alreadyToldToTheQuery));
  }
}

/**
 * pg for TypeORM (`driver` among its options) that lives through a server that is killed.
 *
 * TypeORM takes its listener off a connection at the connection's first error. The server's last words may still arrive after
 * that (the write failed, then FATAL 57P01 is read), and an `error` event without a listener ends the process.
 */
export const steadyDriver: typeof pg = Object.create(pg, { Pool: { value: SteadyPool } }) as typeof pg;
