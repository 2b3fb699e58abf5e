import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { account, authority, startGuardedKafka, type GuardedKafka } from '../../fixtures/guarded-kafka.ts';
import { until } from '../../fixtures/until.ts';
import { systemClock } from '../clock/index.ts';
import { createKafkajsClient } from '../kafkajs/index.ts';
import { LeanProducer } from '../outbox/index.ts';
import type { KafkaClient, KafkaSecurity, SaslCredentials } from './index.ts';

let kafka: GuardedKafka;
beforeAll(async () => {
  kafka = await startGuardedKafka();
});
afterAll(async () => {
  await kafka[Symbol.asyncDispose]();
});

const secured = (mechanism: SaslCredentials['mechanism'], password = account.password): KafkaSecurity => ({
  tls: { ca: authority },
  sasl: { mechanism, username: account.username, password },
});

const clientWith = (security?: KafkaSecurity) =>
  createKafkajsClient({
    clientId: 'spec',
    bootstrapServers: [kafka.bootstrapServers],
    clock: systemClock,
    ...(security && { security }),
  });

async function newTopic(client: KafkaClient): Promise<string> {
  const topic = `guarded-${randomUUID().slice(0, 8)}`;
  const admin = await client.openAdmin();
  await admin.create([{ name: topic, partitions: 1, config: {} }]);
  await admin.close();
  return topic;
}

const record = (value: string) => ({ key: 'k', value: Buffer.from(value), partition: 0 });

async function valuesOf(client: KafkaClient, topic: string): Promise<string[]> {
  const reader = client.openLogReader(
    {
      isolation: 'read-committed',
      maxWaitMs: 50,
      maxBytesPerPartition: 1 << 20,
      maxBufferedBytesPerPartition: 1 << 22,
    },
    { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
  );
  const values: string[] = [];
  reader.assign(topic, 0, 0);
  while (!reader.isCaughtUp(topic, 0)) {
    const cursor = reader.take(topic, 0)?.records();
    while (cursor?.next()) values.push(cursor.source.toString('utf8', cursor.valueStart, cursor.valueEnd));
    await delay(5);
  }
  await reader.close();
  return values;
}

describe('a Kafka that wants TLS and a password', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    'takes the connections of every kind of client by %s',
    async (mechanism) => {
      const security = secured(mechanism);
      const client = clientWith(security);
      const topic = await newTopic(client);
      const writer = await client.openWriter();
      await writer.write(topic, [record('written')]);
      await writer.close();
      const transactions = await client.openTransactionalWriter({
        transactionalId: topic,
        transactionTimeoutMs: 30_000,
        bulk: true,
      });
      await transactions.begin();
      await transactions.write(topic, [record('in a transaction')]);
      await transactions.commit();
      await transactions.close();
      const producer = new LeanProducer({ clientId: 'spec', bootstrapServers: [kafka.bootstrapServers], security });
      await producer.sendAll(topic, [record('by an outbox')]);
      await producer.close();
      await client.setOffsets(`group-${topic}`, topic, new Map([[0, 2]]));
      expect(await client.committedOffsets(`group-${topic}`, topic, [0])).toEqual(new Map([[0, 2n]]));
      expect(await valuesOf(client, topic)).toEqual(['written', 'in a transaction', 'by an outbox']);
      expect(new Set(kafka.admitted.slice(-4))).toEqual(new Set([mechanism]));
    },
  );

  it('lets members of groups in', async () => {
    const client = clientWith(secured('SCRAM-SHA-256'));
    const topic = await newTopic(client);
    const timeouts = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, heartbeatIntervalMs: 100 };
    const worker = client.joinWorkGroup(
      { groupId: `work-${topic}`, protocolType: 'connect', protocol: 'names', ...timeouts },
      {
        metadata: () => Buffer.from('worker'),
        assign: (members) => new Map([...members.keys()].map((id) => [id, Buffer.from('all')])),
        onAssigned: () => undefined,
        onRebalancing: () => undefined,
        onLost: () => undefined,
      },
    );
    const member = client.joinCopartitioned(
      { groupId: `group-${topic}`, topics: [topic], ...timeouts },
      { onAssigned: () => undefined, onRevoked: () => undefined, onRebalancing: () => undefined },
    );
    await until(() => worker.membership !== undefined && member.membership !== undefined);
    await Promise.all([worker.close(), member.close()]);
  });

  it('does not let in who has another password, and says so', async () => {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'] as const)
      await expect(clientWith(secured(mechanism, 'wrong')).openWriter()).rejects.toThrow(
        /127\.0\.0\.1:\d+: the broker does not let headwater, tests in: .*Invalid username or password/,
      );
    await expect(clientWith(secured('PLAIN', 'wrong')).openAdmin()).rejects.toThrow(/Invalid username or password/);
  });

  it('is not trusted with a certificate of an authority that is not known', async () => {
    await expect(clientWith({ tls: {} }).openWriter()).rejects.toThrow('self-signed certificate');
  });

  it('does not serve who says nothing of himself', async () => {
    await expect(clientWith({ tls: { ca: authority } }).openWriter()).rejects.toThrow(
      /closed the connection|ECONNRESET/,
    );
  });
});
