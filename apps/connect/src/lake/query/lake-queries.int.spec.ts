import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLakeStore } from '../store/index.ts';
import { LakeQueries } from './lake-queries.ts';
import type { QueryFailure } from './query-failure.ts';

const limits = { timeMs: 20_000, memoryBytes: 134_217_728, rows: 1_000, answerBytes: 100_000 };

let folder: string;
let lake: string;
let queries: LakeQueries;

/** Writes a file of the lake. */
async function lay(file: string, rows: string): Promise<void> {
  const target = path.join(lake, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${rows}) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-queries-'));
  lake = path.join(folder, 'lake');
  const rows = (from: number, to: number, more = ''): string =>
    `SELECT range AS _offset, range::INTEGER AS amount${more} FROM range(${from}, ${to})`;
  await lay('sales/date=2026-01-01/sales-0-0-9.parquet', rows(0, 10));
  await lay('sales/date=2026-01-01/sales-0-0-4.parquet', rows(0, 5));
  await lay('sales/date=2026-01-01/sales-0-5-14.parquet', rows(5, 15));
  await lay('sales/date=2026-01-02/sales-0-15-19.parquet', rows(15, 20, ", 'cash' AS paid_by"));
  queries = new LakeQueries(openLakeStore({ url: lake }), { limits, concurrency: 2, maxReadBytes: Infinity });
});
afterAll(async () => {
  await queries.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const failureOf = async (sql: string, of = queries): Promise<QueryFailure> =>
  of.query(sql).then(
    () => Promise.reject(new Error(`answered: ${sql}`)),
    (error: unknown) => error as QueryFailure,
  );

describe('a query over the lake', () => {
  it('counts each row once, also where files overlap, and reads columns that came later', async () => {
    const answer = await queries.query(
      'SELECT date, count(*) AS rows, sum(amount) AS total, max(paid_by) AS paid_by FROM sales GROUP BY date ORDER BY date',
    );
    expect(answer.rows).toEqual([
      ['2026-01-01', 15, 105, null],
      ['2026-01-02', 5, 85, 'cash'],
    ]);
    expect(answer.columns[0]).toEqual({ name: 'date', type: 'DATE' });
    expect(answer.truncated).toBe(false);
  });

  it('answers every type as JSON has it', async () => {
    const { rows } = await queries.query(
      `SELECT 9007199254740993, 1.50::DECIMAL(9,2), TIMESTAMPTZ '2026-01-01 10:00:00.000001+00', TIMESTAMP '1969-12-31 23:59:59.999', DATE '2026-02-03',
        [1, NULL], {a: 'x', b: [true]}, MAP {'k': 1}, '\\xFF'::BLOB, 'nan'::DOUBLE, uuid '0b6f5c1e-3f5e-4c57-9d3c-5a1f0e9a7c11', NULL`,
    );
    expect(rows[0]).toEqual([
      '9007199254740993',
      '1.50',
      '2026-01-01T10:00:00.000001Z',
      '1969-12-31T23:59:59.999',
      '2026-02-03',
      [1, null],
      { a: 'x', b: [true] },
      { k: 1 },
      '/w==',
      'NaN',
      '0b6f5c1e-3f5e-4c57-9d3c-5a1f0e9a7c11',
      null,
    ]);
  });

  it.each([
    ['a syntax error', 'SELECT amount\nFROM sales WHERE', 30],
    ['an unknown table', 'SELECT * FROM nothing', 14],
    ['an unknown column', 'SELECT amount, price FROM sales', 15],
  ])('names the place of %s', async (_, sql, position) => {
    const failure = await failureOf(sql);
    expect(failure).toMatchObject({ code: 'query-invalid', position });
  });

  it.each([
    ['two statements', 'SELECT 1; SELECT 2'],
    ['none', '  '],
    ['a change', 'CREATE TABLE x AS SELECT 1'],
    ['a copy', "COPY (SELECT 1) TO '/tmp/headwater-never.csv'"],
    ['a setting', "SET memory_limit = '10GB'"],
    ['an extension', 'INSTALL httpfs'],
    ['another database', "ATTACH '/tmp/headwater-never.db'"],
    ['a pragma', 'PRAGMA database_list'],
    ["the machine's files", "SELECT * FROM read_text('/etc/passwd')"],
    ["the machine's files by name", "SELECT * FROM '/etc/passwd'"],
    ['a list of files', "SELECT * FROM glob('/etc/*')"],
    [
      'a file of the lake that no table names',
      "SELECT * FROM read_parquet('LAKE/sales/date=2026-01-01/sales-0-0-4.parquet')",
    ],
  ])('does not allow %s', async (_, sql) => {
    const failure = await failureOf(sql.replace('LAKE', lake));
    expect(['query-not-allowed', 'query-invalid']).toContain(failure.code);
    expect(fs.existsSync('/tmp/headwater-never.csv') || fs.existsSync('/tmp/headwater-never.db')).toBe(false);
  });

  it('ends at its limits, and the next one runs', async () => {
    const tight = new LakeQueries(openLakeStore({ url: lake }), {
      concurrency: 1,
      maxReadBytes: Infinity,
      limits: { timeMs: 300, memoryBytes: 67_108_864, rows: 3, answerBytes: 1_000 },
    });
    try {
      const slow = 'SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 8';
      expect(await failureOf(slow, tight)).toMatchObject({ code: 'query-too-slow' });
    } finally {
      await tight.close();
    }
    const small = new LakeQueries(openLakeStore({ url: lake }), {
      concurrency: 1,
      maxReadBytes: Infinity,
      limits: { timeMs: 600_000, memoryBytes: 67_108_864, rows: 3, answerBytes: 1_000 },
    });
    try {
      const large = 'SELECT list(range::VARCHAR) FROM range(100000000)';
      expect(await failureOf(large, small)).toMatchObject({ code: 'query-too-large' });
      expect(await small.query('SELECT amount FROM sales ORDER BY 1')).toMatchObject({
        rows: [[0], [1], [2]],
        truncated: true,
      });
      const wide = await small.query("SELECT repeat('x', 600) FROM sales");
      expect([wide.rows.length, wide.truncated]).toEqual([1, true]);
    } finally {
      await small.close();
    }
  });

  it('says when there is no room for one more', async () => {
    const running = [queries.query('SELECT 1'), queries.query('SELECT 2')];
    expect(queries.hasRoom).toBe(false);
    await Promise.all(running);
    expect(queries.hasRoom).toBe(true);
  });
});
