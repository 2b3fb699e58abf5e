import { startBroker, startPostgres } from '@headwater/testkit';
import kafkajs from 'kafkajs';
import pg from 'pg';

await using broker = await startBroker(); // Kafka and a schema registry, in this process
await using postgres = await startPostgres(); // a real PostgreSQL, from npm

const kafka = new kafkajs.Kafka({ brokers: [broker.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer();
await producer.connect();
await producer.send({ topic: 'greetings', messages: [{ key: 'one', value: 'hello' }] });
await producer.disconnect();

const consumer = kafka.consumer({ groupId: 'readers' });
await consumer.subscribe({ topic: 'greetings', fromBeginning: true });
const received = await new Promise((resolve) => {
  const eachMessage = ({ message }: kafkajs.EachMessagePayload) => {
    resolve(message.value?.toString());
    return Promise.resolve();
  };
  void consumer.run({ eachMessage });
});
await consumer.disconnect();

const client = new pg.Client(await postgres.createDatabase('greetings'));
await client.connect();
const { rows } = await client.query<{ text: string }>('SELECT $1 AS text', [received]);
await client.end();
console.log(rows[0]?.text);
