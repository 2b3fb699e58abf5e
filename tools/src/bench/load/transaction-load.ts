/**
 * Transactional producers on connections of their own, each with one transaction after the other: AddPartitionsToTxn, one Produce,
 * EndTxn (commit). Takes a TransactionLoad, prints a TransactionResult.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { encodeRecord, encodeRecords } from './batch.ts';
import { Connection } from './client.ts';
import { int16, int32, int64, int8, text } from './primitives.ts';
import { finish, readOptions, Stopwatch, type TransactionLoad } from './programs.ts';
import { frame, produceErrorAt, produceFrame, producePartitionBytes } from './wire.ts';

const options = readOptions() as TransactionLoad;
const record = encodeRecord(0, null, Buffer.alloc(90, 'v'));
/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS: asked again soon. */
const soon = new Set([14, 15, 16, 51]);
const attempts = 5_000;
const retryMs = 1;

interface Producer {
  readonly transactionalId: string;
  readonly connection: Connection;
  readonly id: number;
  readonly epoch: number;
}

async function openProducer(number: number): Promise<Producer> {
  const transactionalId = `${options.topic}-${number}`;
  const connection = await Connection.open(options);
  await untilAccepted('FindCoordinator', async () => {
    const answer = await connection.send(frame(10, 1, [text(transactionalId), int8(1)]));
    return { answer, error: answer.readInt16BE(8) };
  });
  const answer = await untilAccepted('InitProducerId', async () => {
    const given = await connection.send(frame(22, 0, [text(transactionalId), int32(60_000)]));
    return { answer: given, error: given.readInt16BE(8) };
  });
  return { transactionalId, connection, id: Number(answer.readBigInt64BE(10)), epoch: answer.readInt16BE(18) };
}

async function untilAccepted(
  what: string,
  attempt: () => Promise<{ readonly answer: Buffer; readonly error: number }>,
): Promise<Buffer> {
  for (let count = 1; ; count++) {
    const { answer, error } = await attempt();
    if (error === 0) return answer;
    if (!soon.has(error) || count === attempts) throw new Error(`${what} failed with ${error}`);
    await delay(retryMs);
  }
}

const partitions = Array.from({ length: options.partitions }, (_, partition) => partition);

async function transact({ transactionalId, connection, id, epoch }: Producer, sequence: number): Promise<void> {
  const identity = [text(transactionalId), int64(id), int16(epoch)];
  const added = [int32(1), text(options.topic), int32(partitions.length), ...partitions.map(int32)];
  await untilAccepted('AddPartitionsToTxn', async () => {
    const answer = await connection.send(frame(24, 0, [...identity, ...added]));
    // throttle int32 | topics int32 | name | partitions int32 | partition int32 | error int16, behind the correlation id
    return { answer, error: answer.readInt16BE(4 + 4 + 4 + 2 + options.topic.length + 4 + 4) };
  });
  const batch = encodeRecords([record], { producerId: id, producerEpoch: epoch, baseSequence: sequence });
  const produced = partitions.map((partition) => ({ partition, batch }));
  const answer = await connection.send(produceFrame(options.topic, produced, transactionalId));
  for (const index of partitions.keys()) {
    const error = answer.readInt16BE(produceErrorAt + index * producePartitionBytes);
    if (error !== 0) throw new Error(`Produce failed with ${error}`);
  }
  await untilAccepted('EndTxn', async () => {
    const ended = await connection.send(frame(26, 0, [...identity, int8(1)]));
    return { answer: ended, error: ended.readInt16BE(8) };
  });
}

let committed = 0;
async function run(producer: Producer): Promise<void> {
  for (let sequence = 0; ; sequence++) {
    await transact(producer, sequence);
    committed += 1;
  }
}

const producers = await Promise.all(Array.from({ length: options.producers }, (_, number) => openProducer(number)));
const running = Promise.all(producers.map(run));
await Promise.race([running, delay(options.warmUpMs)]);
const before = committed;
const stopwatch = new Stopwatch();
await Promise.race([running, delay(options.measuredMs)]);
finish({ ...stopwatch.stop(), transactions: committed - before });
