import { describe, expect, it } from '@jest/globals';
import { startBroker, startPostgres } from '@headwater/testkit';
import { specifyDecider } from '@headwater/testkit/specification';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { account } from './account.ts';

describe('an account', () => {
  const deposited = { type: 'Deposited', data: { amount: 100 } } as const;

  it('gives what it has', () => {
    specifyDecider(account)
      .given(deposited)
      .when({ withdraw: 30 })
      .thenEvents({ type: 'Withdrawn', data: { amount: 30 } });
  });

  it('is never overdrawn', () => {
    specifyDecider(account).given(deposited).when({ withdraw: 101 }).thenRefused('more than the balance of 100');
  });
});

describe('a topic', () => {
  // #region broker
  it("gives back what was written, on a broker of the test's own", async () => {
    await using broker = await startBroker();
    const kafka = new kafkajs.Kafka({ brokers: [broker.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'accounts', messages: [{ key: 'account-1', value: 'opened' }] });
    await producer.disconnect();

    const consumer = kafka.consumer({ groupId: 'readers' });
    await consumer.subscribe({ topic: 'accounts', fromBeginning: true });
    const read = await new Promise<string | undefined>((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) });
    });
    await consumer.disconnect();
    expect(read).toBe('opened');
  });
  // #endregion
});

describe('a table', () => {
  it('is one of a real PostgreSQL', async () => {
    await using postgres = await startPostgres();
    const client = new pg.Client(await postgres.createDatabase('accounts'));
    await client.connect();
    const { rows } = await client.query<{ total: string }>(
      'SELECT sum(amount)::text AS total FROM (VALUES (30), (12)) t (amount)',
    );
    await client.end();
    expect(rows).toEqual([{ total: '42' }]);
  });
});
