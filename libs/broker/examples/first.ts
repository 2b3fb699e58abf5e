import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '@headwater/broker-core';
import kafkajs from 'kafkajs';

const dataDir = await mkdtemp(path.join(tmpdir(), 'first-broker-'));
const broker = await Broker.start({ port: 0, dataDir, config: { 'num.partitions': '3' }, flush: 'fsync' });

const { Kafka, logLevel } = kafkajs;
const kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
const producer = kafka.producer({ idempotent: true });
await producer.connect();
const [written] = await producer.send({ topic: 'orders', messages: [{ key: 'order-1', value: 'one coffee' }] });
await producer.disconnect();
console.log(`offset ${written?.baseOffset} is on the disk`);

await broker.close();
await rm(dataDir, { recursive: true });
