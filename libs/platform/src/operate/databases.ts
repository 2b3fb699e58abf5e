/** The databases that an operator's command works on: those that are named, or those of the running workspace. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { OperateError } from './operate-error.ts';
import { type OperatorOptions } from './operator-options.ts';

export interface OpenDatabase {
  readonly name: string;
  readonly dataSource: DataSource;
}

/** Runs work on the databases that have a table, and closes them. @throws OperateError when there is none */
export async function withDatabases<Result>(
  options: OperatorOptions,
  table: string,
  work: (databases: readonly OpenDatabase[]) => Promise<Result>,
): Promise<Result> {
  const opened: OpenDatabase[] = [];
  try {
    for (const url of await urlsOf(options)) {
      const database = await open(url);
      if (await hasTable(database, table)) opened.push(database);
      else await database.dataSource.destroy();
    }
    if (opened.length === 0) {
      throw new OperateError(
        `No database with a table '${table}' was found: name one by --url, or start the services.`,
      );
    }
    return await work(opened);
  } finally {
    await Promise.all(opened.map(({ dataSource }) => dataSource.destroy()));
  }
}

async function urlsOf({ urls, dir, databases }: OperatorOptions): Promise<string[]> {
  const all = urls.length > 0 ? [...urls] : await urlsOfRunning(dir);
  const chosen = all.filter((url) => databases.length === 0 || databases.includes(databaseOf(url)));
  const missing = databases.filter((name) => !all.some((url) => databaseOf(url) === name));
  if (missing.length === 0) return chosen;
  throw new OperateError(`There is no database ${missing.join(', ')}; there is ${all.map(databaseOf).join(', ')}.`);
}

/** All databases on the running workspace's PostgreSQL. */
async function urlsOfRunning(dir: string): Promise<string[]> {
  const file = path.join(dir, 'endpoints.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new OperateError('Nothing runs here: start it with `npm start`, or name a database by --url.');
  }
  const { postgres } = JSON.parse(text) as { readonly postgres?: string };
  if (!postgres) throw new OperateError(`${file} names no PostgreSQL: name a database by --url.`);
  const { dataSource } = await open(postgres);
  try {
    const rows = await dataSource.query<{ name: string }[]>(
      'SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY datname',
    );
    return rows.map(({ name }) => withDatabase(postgres, name));
  } finally {
    await dataSource.destroy();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.toString();
}

function databaseOf(url: string): string {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres' : url;
}

async function open(url: string): Promise<OpenDatabase> {
  if (!URL.canParse(url))
    throw new OperateError('A database is named by its connection string: postgres://user@host/name.');
  const name = databaseOf(url);
  const dataSource = new DataSource({ type: 'postgres', url, poolSize: 2, poolErrorHandler: () => undefined });
  try {
    await dataSource.initialize();
  } catch (error) {
    const reason = Error.isError(error) ? error.message || ('code' in error ? String(error.code) : '') : String(error);
    throw new OperateError(`Database ${name} on ${new URL(url).host} cannot be opened: ${reason}`, { cause: error });
  }
  return { name, dataSource };
}

async function hasTable({ dataSource }: OpenDatabase, table: string): Promise<boolean> {
  const [row] = await dataSource.query<{ there: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
  return row!.there;
}
