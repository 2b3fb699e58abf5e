import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { describeUnless } from '../absence/index.ts';
import { startReferenceKafka } from './index.ts';

const kafka = await startReferenceKafka({ config: { 'num.partitions': '2' } });

describeUnless('absent' in kafka ? kafka.absent : undefined, 'a reference Kafka', () => {
  it('serves a client with the configuration that it was given, and is gone when it is closed', async () => {
    if ('absent' in kafka) return;
    await using running = kafka;
    const client = new kafkajs.Kafka({
      brokers: [running.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 50 },
    });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'two-partitions' }], waitForLeaders: false });
    // Its broker hears of it from its controller.
    while (!(await admin.listTopics()).includes('two-partitions')) await delay(20);
    const { topics } = await admin.fetchTopicMetadata({ topics: ['two-partitions'] });
    expect(topics[0]?.partitions).toHaveLength(2);
    await admin.disconnect();
    const { folder } = running;
    await running.close();
    expect(existsSync(folder)).toBe(false);
  });
});
