/**
 * Creates the databases that are named in DATABASES (separated by commas) and are missing, on the server of DATABASE_URL, then ends.
 * A container does so before the services start, at each `up`: so a service that comes with a later version finds its database
 * on a volume of an earlier one, too.
 */
import pg from 'pg';

const DUPLICATE_DATABASE = '42P04';

const names = (process.env.DATABASES ?? '').split(',').filter((name) => name !== '');
const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 30_000 });
try {
  await client.connect();
  for (const name of names) {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).then(
      () => console.log(`created ${name}`),
      (error) => {
        if (error.code !== DUPLICATE_DATABASE) throw error;
      },
    );
  }
} catch (error) {
  console.error(`The databases cannot be created: ${error.message}`);
  process.exitCode = 1;
} finally {
  await client.end();
}
