import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import { bigintArray, byteaArray, integerArray, jsonbArray, textArray } from './index.ts';

describe('an array in binary form', () => {
  let postgres: RunningPostgres;
  let client: pg.Client;

  beforeAll(async () => {
    postgres = await startPostgres();
    client = new pg.Client(await postgres.createDatabase('arrays'));
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await postgres.close();
  });

  it.each([
    ['text[]', textArray, ['', 'a "quote", {a brace}', null, 'häppened ✓ 🚕']],
    ['jsonb[]', jsonbArray, ['{"a": "\\"ä\\""}', null, '[]']],
    ['integer[]', integerArray, [0, -1, null, 2 ** 31 - 1]],
    ['bigint[]', bigintArray, [0, -1, null, Number.MAX_SAFE_INTEGER]],
    ['bytea[]', byteaArray, [Buffer.from([0, 1, 255]), null, Buffer.alloc(0)]],
    ['text[]', textArray, []],
  ] as [string, (values: readonly unknown[]) => Buffer, (string | number | Buffer | null)[]][])(
    'of %s is what was given',
    async (type, encode, values) => {
      const sql = `SELECT ARRAY(SELECT v::text FROM unnest($1::${type}) WITH ORDINALITY AS u(v, n) ORDER BY n) AS found`;
      const { rows } = await client.query<{ found: unknown[] }>(sql, [encode(values)]);
      const textOf = (value: string | number | Buffer | null): string | null =>
        Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value === null ? null : String(value);
      expect(rows[0]!.found).toEqual(values.map(textOf));
    },
  );
});
