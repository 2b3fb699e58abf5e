import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';
import { classifyFailure } from '../errors/index.ts';
import { PipelinedStatements } from './index.ts';

const poolSize = 4;
const insert = 'INSERT INTO effect (number) VALUES ($1) RETURNING number';

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('statements that are transactions of their own', () => {
  let postgres: RunningPostgres;
  let url: string;
  let dataSource: DataSource;
  let statements: PipelinedStatements;

  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.createDatabase('statements');
    dataSource = new DataSource({
      type: 'postgres',
      url,
      extra: { max: poolSize },
      poolErrorHandler: () => undefined,
    });
    await dataSource.initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await postgres.close();
  });
  beforeEach(async () => {
    await dataSource.query('DROP TABLE IF EXISTS effect');
    await dataSource.query('CREATE TABLE effect (number bigint PRIMARY KEY CHECK (number >= 0))');
    statements = new PipelinedStatements(dataSource);
  });

  const count = async (): Promise<number> => {
    const rows: { count: number }[] = await dataSource.query('SELECT count(*)::int AS count FROM effect');
    return rows[0]!.count;
  };

  it('gives each statement its own rows and commits each by itself', async () => {
    const numbers = numbersTo(200);
    const rows = await Promise.all(numbers.map((number) => statements.query(insert, [number])));
    expect(rows).toEqual(numbers.map((number) => [{ number: String(number) }]));
    const transactions: { count: number }[] = await dataSource.query(
      'SELECT count(DISTINCT xmin::text)::int AS count FROM effect',
    );
    expect(transactions).toEqual([{ count: numbers.length }]);
  });

  it('leaves those beside a statement that fails alone', async () => {
    const numbers = numbersTo(100).map((number) => (number % 10 === 7 ? -1 : number));
    const settled = await Promise.allSettled(numbers.map((number) => statements.query(insert, [number])));
    expect(settled.map(({ status }) => status)).toEqual(
      numbers.map((number) => (number === -1 ? 'rejected' : 'fulfilled')),
    );
    const failure = settled.find((each) => each.status === 'rejected')!.reason as unknown;
    expect(failure).toMatchObject({ code: '23514' });
    expect(await count()).toBe(90);
  });

  it('gives a connection to others of the pool that wait for one, however many statements follow each other', async () => {
    let next = 0;
    let over = false;
    const busy = numbersTo(40).map(async () => {
      while (!over) await statements.query(insert, [(next += 1)]);
    });
    // As many at once as there are connections: each must have one although statements never pause.
    await Promise.all(numbersTo(poolSize).map(() => dataSource.transaction((manager) => manager.query('SELECT 1'))));
    over = true;
    await Promise.all(busy);
    expect(await count()).toBe(next);
  });

  it('gives all its connections back when nothing is under way', async () => {
    await Promise.all(numbersTo(100).map((number) => statements.query(insert, [number])));
    const runners = numbersTo(poolSize).map(() => dataSource.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    await Promise.all(runners.map((runner) => runner.release()));
  });

  it('reports a lost connection as an outage and goes on over another', async () => {
    const slow = statements.query('SELECT pg_sleep($1)', [600]);
    const behind = numbersTo(poolSize * 2).map(() => statements.query('SELECT pg_sleep($1)', [600]));
    let settled = false;
    const lost = Promise.allSettled([slow, ...behind]).finally(() => (settled = true));
    const other = new DataSource({ type: 'postgres', url });
    await other.initialize();
    const sleeping = `FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`;
    while (!settled) await other.query(`SELECT pg_terminate_backend(pid, 60000) ${sleeping}`);
    await other.destroy();
    const kinds = (await lost).map((each) => (each.status === 'rejected' ? classifyFailure(each.reason) : 'done'));
    expect(new Set(kinds)).toEqual(new Set(['outage']));
    await Promise.all(numbersTo(20).map((number) => statements.query(insert, [number])));
    expect(await count()).toBe(20);
  });

  it('goes on after a table was altered under its prepared statements', async () => {
    const select = 'SELECT * FROM effect WHERE number >= $1';
    for (const number of numbersTo(20))
      await Promise.all([statements.query(insert, [number]), statements.query(select, [0])]);
    await dataSource.query('ALTER TABLE effect ADD COLUMN note text');
    const settled = await Promise.allSettled(numbersTo(20).map(() => statements.query(select, [0])));
    for (const each of settled) if (each.status === 'rejected') expect(classifyFailure(each.reason)).not.toBe('fatal');
    const again = await Promise.all(numbersTo(20).map(() => statements.query(select, [0])));
    expect(again.map((rows) => rows.length)).toEqual(numbersTo(20).map(() => 20));
  });

  it('rejects what waits when no connection can be had', async () => {
    const away = new DataSource({ type: 'postgres', url: await postgres.createDatabase('away'), extra: { max: 2 } });
    await away.initialize();
    const over = new PipelinedStatements(away);
    await away.destroy();
    const settled = await Promise.allSettled(numbersTo(10).map((number) => over.query('SELECT $1::int', [number])));
    expect(settled.map(({ status }) => status)).toEqual(numbersTo(10).map(() => 'rejected'));
  });
});
