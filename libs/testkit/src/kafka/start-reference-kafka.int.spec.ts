import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { startReferenceKafka } from './index.ts';

const kafka = await startReferenceKafka({ config: { 'num.partitions': '2' } });
if ('absent' in kafka) console.warn(`Apache Kafka is not on this machine, its suite is skipped: ${kafka.absent}`);
const describeKafka = 'absent' in kafka ? describe.skip : describe;

describeKafka('a reference Kafka', () => {
  it('serves a client with the configuration that it was given, and is gone when it is closed', async () => {
    if ('absent' in kafka) return;
    await using running = kafka;
    const client = new kafkajs.Kafka({ brokers: [running.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'two-partitions' }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['two-partitions'] });
    expect(topics[0]?.partitions).toHaveLength(2);
    await admin.disconnect();
    const { folder } = running;
    await running.close();
    expect(existsSync(folder)).toBe(false);
  }, 60_000);
});
