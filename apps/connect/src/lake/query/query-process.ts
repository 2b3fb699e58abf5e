/**
 * The process that runs queries: one at a time, each in a database of its own that is gone afterwards. Whatever a query does to it, the
 * service and its sinks go on: they start another.
 *
 * What a query may do is DuckDB's to enforce. Its statement is one SELECT, by the parser. It finds views of the lake's tables; then
 * access to anything but these files is turned off, and the configuration is locked. Memory is limited, nothing is spilled to disk, no
 * extension is loaded.
 */
import { DuckDBInstance, StatementType, type DuckDBConnection } from '@duckdb/node-api';
import { failureOf, QueryFailure } from './query-failure.ts';
import type { FromProcess, QueryAnswer, QueryColumn, QueryLimits, TableFiles, ToProcess } from './query-messages.ts';
import { jsonValue } from './query-values.ts';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const listed = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;

async function openDatabase(memoryBytes: number): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: `${memoryBytes}B`,
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
}

/** Names of tables in DuckDB's tree of a query. */
function tablesIn(node: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(node)) for (const item of node) tablesIn(item, found);
  else if (typeof node === 'object' && node !== null) {
    const { type, table_name: name } = node as { type?: unknown; table_name?: unknown };
    if (type === 'BASE_TABLE' && typeof name === 'string') found.add(name);
    for (const item of Object.values(node)) tablesIn(item, found);
  }
  return found;
}

/** @throws QueryFailure unless it is one SELECT. */
async function parse(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const { count } = sql.trim() === '' ? { count: 0 } : await connection.extractStatements(sql);
  if (count !== 1)
    throw new QueryFailure({ code: 'query-not-allowed', message: `one statement is allowed, not ${count}` });
  const result = await connection.runAndReadAll(`SELECT json_serialize_sql(${literal(sql)})`);
  const tree = JSON.parse(String(result.getRows()[0]![0])) as { error: boolean; error_message?: string };
  if (tree.error)
    throw new QueryFailure({ code: 'query-not-allowed', message: `only SELECT is allowed: ${tree.error_message}` });
  return [...tablesIn(tree, new Set())];
}

/** A table's rows: those of whole files at once, of others from an offset on. */
function viewOf({ name, files }: TableFiles): string {
  const options = 'union_by_name = true, hive_partitioning = true, hive_types = {date: DATE}';
  const read = (paths: readonly string[]): string => `SELECT * FROM read_parquet(${listed(paths)}, ${options})`;
  const whole = files.filter(({ fromOffset }) => fromOffset === null).map(({ path }) => path);
  const parts = files
    .filter(({ fromOffset }) => fromOffset !== null)
    .map(({ path, fromOffset }) => `${read([path])} WHERE _offset >= ${fromOffset}`);
  const sources = [...(whole.length > 0 ? [read(whole)] : []), ...parts];
  return `CREATE VIEW ${quoted(name)} AS ${sources.join(' UNION ALL BY NAME ')}`;
}

async function layTables(connection: DuckDBConnection, tables: readonly TableFiles[]): Promise<void> {
  for (const table of tables) await connection.run(viewOf(table));
  const files = tables.flatMap((table) => table.files.map(({ path }) => path));
  await connection.run(`SET allowed_paths = ${files.length === 0 ? "['']" : listed(files)}`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET errors_as_json = true');
  await connection.run('SET lock_configuration = true');
}

async function run(message: Extract<ToProcess, { kind: 'run' }>): Promise<QueryAnswer> {
  const { sql, parameters, tables, limits } = message;
  const startedMs = performance.now();
  const instance = await openDatabase(limits.memoryBytes);
  const connection = await instance.connect();
  const timer = setTimeout(() => connection.interrupt(), limits.timeMs);
  try {
    await layTables(connection, tables);
    const statements = await connection.extractStatements(sql);
    const statement = await statements.prepare(0);
    if (statements.count !== 1 || statement.statementType !== StatementType.SELECT)
      throw new QueryFailure({ code: 'query-not-allowed', message: 'only one SELECT is allowed' });
    for (let index = 1; index <= statement.parameterCount; index++)
      statement.bindVarchar(index, parameters[statement.parameterName(index)] ?? '');
    const result = await statement.stream();
    const names = result.columnNames();
    const columns = result
      .columnTypes()
      .map((type, index): QueryColumn => ({ name: names[index]!, type: String(type) }));
    const { rows, truncated } = await readRows(result, limits);
    return { columns, rows, truncated, tookMs: Math.round(performance.now() - startedMs) };
  } finally {
    clearTimeout(timer);
    connection.closeSync();
    instance.closeSync();
  }
}

async function readRows(
  result: Awaited<ReturnType<DuckDBConnection['stream']>>,
  limits: QueryLimits,
): Promise<{ rows: unknown[][]; truncated: boolean }> {
  const rows: unknown[][] = [];
  let bytes = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return { rows, truncated: false };
    for (const values of chunk.getRows()) {
      const row = values.map(jsonValue);
      bytes += JSON.stringify(row).length + 1;
      if (rows.length === limits.rows || bytes > limits.answerBytes) return { rows, truncated: true };
      rows.push(row);
    }
  }
}

async function openParser(): Promise<DuckDBConnection> {
  const connection = await (await openDatabase(67_108_864)).connect();
  await connection.run('SET enable_external_access = false');
  await connection.run('SET errors_as_json = true');
  return connection;
}

async function answer(parser: DuckDBConnection, message: ToProcess): Promise<FromProcess> {
  try {
    if (message.kind === 'parse') return { kind: 'parsed', tables: await parse(parser, message.sql) };
    return { kind: 'answer', answer: await run(message) };
  } catch (error) {
    if (!(error instanceof QueryFailure)) return { kind: 'failed', failure: failureOf(error) };
    const { code, message: text, position } = error;
    return { kind: 'failed', failure: { code, message: text, ...(position === undefined ? {} : { position }) } };
  }
}

async function serve(): Promise<void> {
  const say = (message: FromProcess): void => void process.send!(message);
  const parser = await openParser();
  process.on('message', (message: ToProcess) => void answer(parser, message).then(say));
  say({ kind: 'ready' });
}

// Nobody would end it otherwise when the service was killed.
process.on('disconnect', () => process.exit());
void serve();
