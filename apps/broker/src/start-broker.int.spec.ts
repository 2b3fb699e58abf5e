import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import { startBroker, type RunningBroker } from './start-broker.ts';

jest.setTimeout(120_000);

const { Kafka, logLevel, Partitioners } = kafkajs;

let kafka: RunningBroker;
beforeAll(async () => {
  kafka = await startBroker();
});
afterAll(() => kafka.close());

function client(): InstanceType<typeof Kafka> {
  return new Kafka({ brokers: [kafka.bootstrapServers], logLevel: logLevel.NOTHING });
}

describe('startBroker', () => {
  it('serves an ordinary client: topics, records, a group', async () => {
    const admin = client().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'greetings', numPartitions: 3 }] });
    const producer = client().producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
    await producer.connect();
    const sent = Array.from({ length: 30 }, (_, index) => `hello-${index}`);
    await producer.send({ topic: 'greetings', messages: sent.map((value) => ({ key: value, value })) });
    const consumer = client().consumer({ groupId: 'readers', maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: 'greetings', fromBeginning: true });
    const received: string[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: ({ message }) => {
            received.push(message.value!.toString());
            if (received.length === sent.length) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    expect(received.toSorted()).toEqual(sent.toSorted());
    await consumer.disconnect();
    const [offsets] = await admin.fetchOffsets({ groupId: 'readers', topics: ['greetings'] });
    const committed = offsets!.partitions.reduce((sum, { offset }) => sum + Math.max(Number(offset), 0), 0);
    expect(committed).toBe(sent.length);
    await producer.disconnect();
    await admin.disconnect();
  });

  it('tells Prometheus what was asked of it and how its compacted logs are', async () => {
    const response = await fetch(`${kafka.registryUrl}/metrics`, { headers: { accept: 'text/plain;version=0.0.4' } });
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n');
    const valueOf = (name: string): number => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
    expect(valueOf('broker_requests_total{api="Produce"}')).toBeGreaterThan(0);
    expect(valueOf('broker_partitions')).toBeGreaterThanOrEqual(3);
    expect(valueOf('broker_log_bytes')).toBeGreaterThan(0);
    expect(valueOf('broker_compaction_dirty_ratio{topic="__consumer_offsets"}')).toBeGreaterThanOrEqual(0);
    expect(valueOf('broker_compactions_total{outcome="failed"}')).toBe(0);
    expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(0);
    // Values are taken over, not added up.
    const before = valueOf('broker_requests_total{api="JoinGroup"}');
    expect(before).toBeGreaterThan(0);
    const again = await (await fetch(`${kafka.registryUrl}/metrics`)).text();
    expect(again).toContain(`broker_requests_total{api="JoinGroup"} ${before}\n`);
  });

  it('serves the schema registry on the log of the same broker', async () => {
    const response = await fetch(`${kafka.registryUrl}/subjects/greeting-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: '"string"' }),
    });
    expect(response.status).toBe(200);
    expect(await (await fetch(`${kafka.registryUrl}/subjects`)).json()).toContain('greeting-value');
    const admin = client().admin();
    await admin.connect();
    expect(await admin.listTopics()).toContain('_schemas');
    await admin.disconnect();
  });

  it('removes its temporary folder when it is closed, also twice', async () => {
    const own = await startBroker();
    expect(existsSync(own.dataDir)).toBe(true);
    await Promise.all([own.close(), own.close()]);
    await own[Symbol.asyncDispose]();
    expect(existsSync(own.dataDir)).toBe(false);
  });

  it('says that the port of the registry is taken, and leaves nothing running', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(startBroker({ registryPort: port })).rejects.toThrow(
      `The registry's port ${port} on 127.0.0.1 is taken`,
    );
    taken.close();
  });
});
