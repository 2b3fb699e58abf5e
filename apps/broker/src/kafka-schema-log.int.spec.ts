import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { createKafkajsClient, systemClock, type KafkaClient } from '@headwater/messaging/kafka';
import { schemaLogBehaviors } from '@headwater/schema-registry';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { KafkaSchemaLog } from './kafka-schema-log.ts';
import { startRegistryOnKafka } from './start-registry.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

describeOnEveryEngine('the schema log in a Kafka that runs elsewhere', (engine) => {
  const client = (): KafkaClient =>
    createKafkajsClient({ clientId: 'schemas', bootstrapServers: [engine.bootstrapServers], clock: systemClock });

  async function openLog(topic = `schemas-${randomUUID()}`): Promise<KafkaSchemaLog> {
    const log = await KafkaSchemaLog.open(client(), topic);
    cleanUp.push(() => log.close());
    return log;
  }

  for (const behavior of schemaLogBehaviors) it(behavior.name, () => behavior.verify(() => openLog()));

  it('goes on where another one ended', async () => {
    const topic = `schemas-${randomUUID()}`;
    const first = await openLog(topic);
    const { lastOffset } = await first.append([{ key: Buffer.from('a'), value: Buffer.from('1') }]);
    const second = await openLog(topic);
    const next = await second.append([{ key: Buffer.from('b'), value: null }]);
    expect(next.lastOffset).toBe(lastOffset + 1);
    const keys: string[] = [];
    const follower = await second.follow((records) => keys.push(...records.map(({ key }) => String(key))));
    expect(keys).toEqual(['a', 'b']);
    await follower.close();
  });

  it('refuses a topic that is no table, and says what to do', async () => {
    const topic = `schemas-${randomUUID()}`;
    const admin = await client().openAdmin();
    await admin.create([{ name: topic, partitions: 2, config: {} }]);
    await admin.close();
    await expect(KafkaSchemaLog.open(client(), topic)).rejects.toThrow(
      /has 2 partitions and cleanup\.policy=delete, and a registry needs 1 and compact: alter it/,
    );
  });

  it('serves a registry, which has its schemas again after a restart', async () => {
    const bootstrapServers = [engine.bootstrapServers];
    const subject = `subject-${randomUUID()}`;
    const first = await startRegistryOnKafka({ bootstrapServers });
    const registered = await fetch(`${first.registryUrl}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: '"string"' }),
    });
    const { id } = (await registered.json()) as { id: number };
    await first.close();
    const second = await startRegistryOnKafka({ bootstrapServers });
    cleanUp.push(() => second.close());
    const found = await fetch(`${second.registryUrl}/subjects/${subject}/versions/1`);
    expect(await found.json()).toMatchObject({ subject, version: 1, id });
  });
});
