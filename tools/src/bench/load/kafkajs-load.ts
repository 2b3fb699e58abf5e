/** Records through kafkajs, produced in batches or consumed in a group of one. Takes a KafkajsLoad, prints `{ "perSecond", "clientCpu" }`. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { finish, type KafkajsLoad, readOptions, Stopwatch } from './programs.ts';

const { host, port, topic, work, records, recordBytes } = readOptions() as KafkajsLoad;
const kafka = new kafkajs.Kafka({ brokers: [`${host}:${port}`], logLevel: kafkajs.logLevel.ERROR });
const batchRecords = 1000;
const sendsInFlight = 4;

async function produce(): Promise<void> {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = Array.from({ length: batchRecords }, () => ({
    value: Buffer.alloc(recordBytes, 'v'),
    partition: 0,
  }));
  let left = records;
  const send = async (): Promise<void> => {
    while (left > 0) {
      left -= batchRecords;
      await producer.send({ topic, acks: -1, messages });
    }
  };
  const stopwatch = new Stopwatch();
  await Promise.all(Array.from({ length: sendsInFlight }, send));
  end(stopwatch);
}

/** Timed from the first batch to the last record. */
async function consume(): Promise<void> {
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let stopwatch: Stopwatch | undefined;
  consumer.on(consumer.events.GROUP_JOIN, () => (stopwatch ??= new Stopwatch()));
  let read = 0;
  await consumer.run({
    eachBatch: ({ batch }) => {
      read += batch.messages.length;
      if (read >= records) end(stopwatch!);
      return Promise.resolve();
    },
  });
}

function end(stopwatch: Stopwatch): never {
  const { milliseconds, clientCpu } = stopwatch.stop();
  finish({ perSecond: (records / milliseconds) * 1000, clientCpu });
}

await (work === 'produce' ? produce() : consume());
