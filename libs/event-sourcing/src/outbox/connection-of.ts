import type { ClientConfig } from 'pg';
import type { DataSource } from 'typeorm';

/** How the driver `pg` reaches the database of a `DataSource`. @throws TypeError when it is none of PostgreSQL */
export function connectionOf(dataSource: DataSource): ClientConfig {
  const { options } = dataSource;
  if (options.type !== 'postgres') throw new TypeError('the outbox needs TypeORM on the pg driver');
  const { url, host, port, username, password, database } = options;
  // The two libraries describe the same object of Node's, each in its own words.
  const ssl = options.ssl as ClientConfig['ssl'];
  if (url !== undefined) {
    const name = database ?? decodeURIComponent(new URL(url).pathname.slice(1));
    return { connectionString: url, database: name, ...(ssl === undefined ? {} : { ssl }) };
  }
  return {
    host: host ?? 'localhost',
    port: port ?? 5432,
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...(ssl === undefined ? {} : { ssl }),
  };
}
