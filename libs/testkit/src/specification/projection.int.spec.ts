import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DomainEvent, Projection } from '@headwater/event-sourcing';
import { startPostgres, type RunningPostgres } from '../postgres/index.ts';
import { event, specifyProjection } from './index.ts';

type Moved = DomainEvent<'Moved', { amount: number }>;
const moved = (account: string, amount: number) => event<Moved>(account, { type: 'Moved', data: { amount } });
const other = event('a', { type: 'Renamed', data: {} }) as unknown as ReturnType<typeof moved>;

const balances: Projection<Moved> = {
  name: 'balances',
  version: 1,
  tables: ['balances'],
  eventTypes: ['Moved'],
  createTables: (sql) => sql.query('CREATE TABLE balances (account text PRIMARY KEY, balance int NOT NULL)'),
  async apply(sql, events) {
    for (const { streamId, data } of events)
      await sql.query(
        `INSERT INTO balances AS b VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET balance = b.balance + $2`,
        [streamId, data.amount],
      );
  },
};
const all = 'SELECT * FROM balances ORDER BY account';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

describe('the specification of a projection', () => {
  // #region given-when-then
  it('holds for the rows that its SQL makes, and leaves nothing behind', async () => {
    const specification = specifyProjection(balances, postgres.url);
    await specification
      .given(moved('a', 5), other)
      .when(moved('a', 7), moved('b', 1), moved('b', -1))
      .thenRows(all, [
        { account: 'a', balance: 12 },
        { account: 'b', balance: 0 },
      ]);
    await specification
      .given()
      .when(moved('a', 1))
      .thenRows(all, [{ account: 'a', balance: 1 }]);
  });
  // #endregion

  it('fails for other rows', async () => {
    const projected = specifyProjection(balances, postgres.url).given().when(moved('a', 1));
    await expect(projected.thenRows(all, [{ account: 'a', balance: 2 }])).rejects.toThrow('applied 1 at a time');
  });

  it('fails a projection whose rows depend on where batches end', async () => {
    const last: Projection<Moved> = {
      ...balances,
      apply: (sql, events) => balances.apply(sql, events.slice(-1)),
    };
    const projected = specifyProjection(last, postgres.url).given().when(moved('a', 1), moved('b', 2));
    const rows = [
      { account: 'a', balance: 1 },
      { account: 'b', balance: 2 },
    ];
    await expect(projected.thenRows(all, rows)).rejects.toThrow('applied 2 at a time');
  });
});
