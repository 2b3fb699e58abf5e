/**
 * Sends single records at a steady rate and consumes them on another connection, both in this process so that one clock times
 * them. What is due is sent without waiting for answers, the records of a turn in one request; the consumer keeps an incremental
 * fetch session, as clients do. Order within a partition tells which record has come. Takes a LatencyLoad, prints a LatencyResult.
 */
import { encodeBatch } from './batch.ts';
import { Connection } from './client.ts';
import { readFetchAnswer } from './fetch-answer.ts';
import { finish, type LatencyLoad, readOptions, Stopwatch } from './programs.ts';
import { percentile } from '../statistics.ts';
import { fetchSessionFrame, produceErrorAt, produceFrame, producePartitionBytes } from './wire.ts';

const options = readOptions() as LatencyLoad;
const { batch } = encodeBatch(0);
const limits = { answerBytes: 1024 * 1024, waitMs: 500 };
const drainMs = 60_000;

/** When the records of each partition that have not come yet were sent; the oldest is at `from`. */
interface Sent {
  readonly timesMs: number[];
  from: number;
}

const partitions: readonly Sent[] = Array.from({ length: options.partitions }, () => ({ timesMs: [], from: 0 }));
const delaysMs: number[] = [];
let stopwatch: Stopwatch | undefined;
let sentCount = 0;
let receivedCount = 0;
let sending = true;
const drained = Promise.withResolvers<undefined>();

function received(partition: number, count: number, atMs: number): void {
  const sent = partitions[partition]!;
  if (sent.from + count > sent.timesMs.length) throw new Error(`Partition ${partition} gave more than it was given`);
  for (let index = 0; index < count; index++) {
    const sentMs = sent.timesMs[sent.from++]!;
    if (sentMs >= measuredFromMs && sentMs < measuredToMs) delaysMs.push(atMs - sentMs);
  }
  if (sent.from === sent.timesMs.length) {
    sent.timesMs.length = 0;
    sent.from = 0;
  }
  receivedCount += count;
  if (!sending && receivedCount === sentCount) drained.resolve(undefined);
}

async function consume(connection: Connection): Promise<void> {
  const offsets = new Array<number>(options.partitions).fill(0);
  let session = { sessionId: 0, epoch: 0 };
  let wanted = offsets.map((offset, partition) => ({ partition, offset }));
  for (;;) {
    const answer = readFetchAnswer(
      await connection.send(fetchSessionFrame(options.topic, wanted, limits, session)),
      batch.length,
    );
    const atMs = performance.now();
    for (const { partition, batches } of answer.partitions) {
      offsets[partition]! += batches;
      received(partition, batches, atMs);
    }
    const goesOn = answer.sessionId !== 0;
    session = goesOn ? { sessionId: answer.sessionId, epoch: session.epoch + 1 } : { sessionId: 0, epoch: 0 };
    wanted = goesOn
      ? answer.partitions.map(({ partition }) => ({ partition, offset: offsets[partition]! }))
      : offsets.map((offset, partition) => ({ partition, offset }));
  }
}

function sendDue(connection: Connection, count: number): void {
  const chosen = Array.from({ length: count }, (_, index) => (sentCount + index) % options.partitions);
  const sentMs = performance.now();
  for (const partition of chosen) partitions[partition]!.timesMs.push(sentMs);
  sentCount += count;
  const frame = produceFrame(
    options.topic,
    chosen.map((partition) => ({ partition, batch })),
  );
  connection.send(frame).then(
    (answer) => {
      for (let index = 0; index < count; index++) {
        const error = answer.readInt16BE(produceErrorAt + index * producePartitionBytes);
        if (error !== 0) throw new Error(`Produce failed with ${error}`);
      }
    },
    (error: unknown) => {
      throw error;
    },
  );
}

/** A request holds a partition once: no more than there are partitions, and with one partition a record each. */
function sendAllDue(connection: Connection, dueCount: number): void {
  while (sentCount < dueCount) sendDue(connection, Math.min(dueCount - sentCount, options.partitions));
}

const producer = await Connection.open(options);
const consumer = await Connection.open(options);
void consume(consumer);
const startedMs = performance.now();
const measuredFromMs = startedMs + options.warmUpMs;
const measuredToMs = measuredFromMs + options.measuredMs;
const timer = setInterval(() => {
  const nowMs = performance.now();
  if (nowMs >= measuredFromMs) stopwatch ??= new Stopwatch();
  if (nowMs < measuredToMs) {
    sendAllDue(producer, Math.floor(((nowMs - startedMs) * options.recordsPerSecond) / 1000));
    return;
  }
  clearInterval(timer);
  sending = false;
  if (receivedCount === sentCount) drained.resolve(undefined);
}, 1);
const late = setTimeout(
  () => {
    throw new Error(`Of ${sentCount} records ${receivedCount} came`);
  },
  options.warmUpMs + options.measuredMs + drainMs,
);
await drained.promise;
clearTimeout(late);
if (delaysMs.length === 0)
  throw new Error('No record was sent while it measured: the machine has no time for the load');
finish({
  ...(stopwatch ?? new Stopwatch()).stop(),
  records: delaysMs.length,
  p50Ms: percentile(delaysMs, 0.5),
  p99Ms: percentile(delaysMs, 0.99),
  maxMs: percentile(delaysMs, 1),
});
