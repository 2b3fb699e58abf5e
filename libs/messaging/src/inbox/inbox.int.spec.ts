import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';
import { systemClock } from '../clock/index.ts';
import { CreateInbox1700000000000, InboxPruner, pruneInbox, takeNewMessages } from './index.ts';

const messages = (...ids: string[]): { messageId: string }[] => ids.map((messageId) => ({ messageId }));

describe('the inbox', () => {
  let postgres: RunningPostgres;
  let dataSource: DataSource;

  const take = (subscription: string, ...ids: string[]): Promise<string[]> =>
    dataSource.transaction(async (manager) =>
      (await takeNewMessages(manager, subscription, messages(...ids))).map(({ messageId }) => messageId),
    );

  beforeAll(async () => {
    postgres = await startPostgres();
    dataSource = new DataSource({
      type: 'postgres',
      url: await postgres.createDatabase('inbox'),
      migrations: [CreateInbox1700000000000],
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await postgres.close();
  });
  beforeEach(() => dataSource.query('TRUNCATE inbox'));

  it('gives each message once, in order, for each subscription', async () => {
    expect(await take('a', '3', '1', '3', '2')).toEqual(['3', '1', '2']);
    expect(await take('a', '2', '4', '1')).toEqual(['4']);
    expect(await take('b', '1')).toEqual(['1']);
    expect(await take('a')).toEqual([]);
  });

  it('forgets what was taken when the transaction fails', async () => {
    const failing = dataSource.transaction(async (manager) => {
      await takeNewMessages(manager, 'a', messages('1'));
      throw new Error('the handler failed');
    });
    await expect(failing).rejects.toThrow('the handler failed');
    expect(await take('a', '1')).toEqual(['1']);
  });

  it('gives a message to one of two transactions that meet', async () => {
    const both = await Promise.all([take('a', '1', '2', '3'), take('a', '3', '2', '1')]);
    expect(both.flat().sort()).toEqual(['1', '2', '3']);
  });

  it('prunes what is old', async () => {
    await take('a', 'old', 'new');
    await dataSource.query(`UPDATE inbox SET received_at = now() - interval '2 days' WHERE message_id = 'old'`);
    expect(await pruneInbox(dataSource.manager, 24 * 3_600_000)).toBe(1);
    expect(await take('a', 'old', 'new')).toEqual(['old']);
  });

  it('is pruned in portions, by several at once, until nothing old is left', async () => {
    await take('a', ...Array.from({ length: 250 }, (_, index) => `old-${index}`));
    await dataSource.query(`UPDATE inbox SET received_at = now() - interval '2 days'`);
    await take('a', 'new');
    const options = { maxAgeMs: 24 * 3_600_000, intervalMs: 3_600_000, portion: 20 };
    const pruners = [1, 2].map(() => new InboxPruner(dataSource, options, undefined, systemClock));
    const forgotten = await Promise.all(pruners.map((pruner) => pruner.prune()));
    // What one leaves out as the other has it locked, the other deletes.
    expect(forgotten[0]! + forgotten[1]!).toBe(250);
    expect(await dataSource.query('SELECT message_id FROM inbox')).toEqual([{ message_id: 'new' }]);
  });
});
