/** The loads of the benches against any server that speaks the protocol: what each broker is measured with, and the raw programs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Sample } from '../contest.ts';
import { encodeBatch } from './batch.ts';
import { runProgram } from './child.ts';
import type { Address } from './client.ts';
import type {
  FetchLoad,
  FetchResult,
  FillTopic,
  LatencyLoad,
  LatencyResult,
  ProduceLoad,
  ProduceResult,
  Span,
  TransactionLoad,
  TransactionResult,
} from './programs.ts';
import { createTopic, deleteTopic } from './topics.ts';
import { topicOf } from './wire.ts';

export type TopicConfig = Readonly<Record<string, string>>;

/** Gone from the disk at once when it is deleted: rounds write gigabytes. */
const roundConfig: TopicConfig = { 'max.message.bytes': '2000000', 'file.delete.delay.ms': '0' };

/** What a broker may take to remove such a topic's files, so that this is not in the next round of the other. */
const removalMs = 200;

let topics = 0;

/** A name that no bench of this run has used. */
export function nextTopic(): string {
  return topicOf(topics++ % 10_000);
}

/** Creates a topic for one measurement and deletes it afterwards. */
export async function withTopic<T>(
  address: Address,
  { partitions = 1, config = {} }: { readonly partitions?: number; readonly config?: TopicConfig },
  work: (topic: string) => Promise<T>,
): Promise<T> {
  const name = nextTopic();
  await createTopic(address, { name, partitions, config: { ...roundConfig, ...config } });
  try {
    return await work(name);
  } finally {
    await deleteTopic(address, name);
    await delay(removalMs);
  }
}

export type ProduceShape = Pick<ProduceLoad, 'batchBytes' | 'connections' | 'inFlight'>;

/** MB/s and records/s of batches; records/s alone when a request holds one record. */
export async function produceSample(
  address: Address,
  shape: ProduceShape,
  span: Span,
  topic: string,
  verified = true,
): Promise<Sample> {
  const load: ProduceLoad = { ...address, ...shape, ...span, topic, verified };
  const { bytes, records, milliseconds, clientCpu } = await runProgram<ProduceResult>('load/produce-load', load);
  const perSecond = (records / milliseconds) * 1000;
  return { values: shape.batchBytes === 0 ? [perSecond] : [bytes / 1000 / milliseconds, perSecond], clientCpu };
}

export async function produceToTopic(
  address: Address,
  shape: ProduceShape,
  span: Span,
  config: TopicConfig = {},
): Promise<Sample> {
  return await withTopic(address, { config }, (topic) => produceSample(address, shape, span, topic));
}

export type FillShape = Pick<FillTopic, 'topic' | 'partitions' | 'batchBytes' | 'recordBytes'>;

/** Fills a topic with at least so many bytes; resolves with the batches written. */
export async function fill(
  address: Address,
  { wantedBytes, ...shape }: FillShape & { readonly wantedBytes: number },
): Promise<number> {
  const { batch } = encodeBatch(shape.batchBytes, shape.recordBytes);
  return await fillBatches(address, shape, Math.ceil(wantedBytes / batch.length));
}

/** A new topic of one partition with at least so many records, in batches of 16 KB. */
export async function topicOfRecords(address: Address, records: number, recordBytes: number): Promise<string> {
  const topic = nextTopic();
  await createTopic(address, { name: topic });
  const shape = { topic, partitions: 1, batchBytes: 16 * 1024, recordBytes };
  const { recordCount } = encodeBatch(shape.batchBytes, recordBytes);
  await fillBatches(address, shape, Math.ceil(records / recordCount));
  return topic;
}

async function fillBatches(address: Address, shape: FillShape, batches: number): Promise<number> {
  const options: FillTopic = { ...address, ...shape, batches, inFlight: 8 };
  await runProgram('load/fill-topic', options);
  return batches;
}

/** MB/s. */
export async function fetchSample(
  address: Address,
  shape: Pick<FetchLoad, 'topic' | 'batchBytes' | 'answerBytes' | 'fromOffset' | 'endOffset'>,
  span: Span,
): Promise<Sample> {
  const { bytes, milliseconds, clientCpu } = await runProgram<FetchResult>('load/fetch-load', {
    ...address,
    ...shape,
    ...span,
  });
  return { values: [bytes / 1000 / milliseconds], clientCpu };
}

/** Milliseconds from sending a record to having it: the median, the 99th percentile, the longest. */
export async function latencySample(
  address: Address,
  shape: Pick<LatencyLoad, 'topic' | 'partitions' | 'recordsPerSecond'>,
  span: Span,
): Promise<Sample> {
  const load: LatencyLoad = { ...address, ...shape, ...span };
  const { p50Ms, p99Ms, maxMs, clientCpu } = await runProgram<LatencyResult>('load/latency-load', load);
  return { values: [p50Ms, p99Ms, maxMs], clientCpu };
}

/** Transactions a second. */
export async function transactionSample(
  address: Address,
  shape: Pick<TransactionLoad, 'topic' | 'producers' | 'partitions'>,
  span: Span,
): Promise<Sample> {
  const load: TransactionLoad = { ...address, ...shape, ...span };
  const result = await runProgram<TransactionResult>('load/transaction-load', load);
  return { values: [(result.transactions / result.milliseconds) * 1000], clientCpu: result.clientCpu };
}
