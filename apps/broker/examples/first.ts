import { startBroker } from '@headwater/broker';
import kafkajs from 'kafkajs';

await using broker = await startBroker(); // free ports, a temporary folder, removed at the end

const kafka = new kafkajs.Kafka({ brokers: [broker.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer();
await producer.connect();
const [written] = await producer.send({ topic: 'orders', messages: [{ key: 'order-1', value: 'one coffee' }] });
await producer.disconnect();
const subjects = await fetch(`${broker.registryUrl}/subjects`);
console.log(`offset ${written?.baseOffset}, subjects ${await subjects.text()}`);
