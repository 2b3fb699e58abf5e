import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { createKafkajsClient, systemClock } from '@headwater/messaging';
import type { ServerProcess } from '../load/child.ts';
import { atRate } from '../load/paced.ts';
import type { Stage } from './stage.ts';

const pollMs = 50;
const portionsPerSecond = 20;

/** Likes a second that connect brings into Parquet files, from the first file that is there to the last. */
export async function rowsPerSecond(stage: Stage): Promise<{ perSecond: number; queryMs: number }> {
  const connect = await stage.startConnect();
  try {
    const url = addressOf(connect);
    const first = await untilRows(url, 1);
    const last = await untilRows(url, stage.likes);
    const perSecond = ((last.rows - first.rows) / (last.atMs - first.atMs)) * 1000;
    return { perSecond, queryMs: await queryMilliseconds(url, stage.likes) };
  } finally {
    await connect.stop();
  }
}

/** How likes came into the lake that were written at a rate. */
export interface Paced {
  /** Likes that were acknowledged a second. */
  readonly taken: number;
  /** From the last acknowledgement until all of them were in files. */
  readonly behindMs: number;
}

/** Writes likes at a rate while connect brings them into files. */
export async function pacedRows(stage: Stage, perSecond: number, seconds: number): Promise<Paced> {
  const { writer } = stage;
  const connect = await stage.startConnect();
  try {
    const url = addressOf(connect);
    const portion = perSecond / portionsPerSecond;
    for (let warmUp = 0; warmUp < portionsPerSecond; warmUp += 1) await writer.write(portion);
    await untilRows(url, writer.written);
    const startedMs = performance.now();
    await atRate(portionsPerSecond, seconds, () => writer.write(portion));
    const acknowledgedMs = performance.now();
    const { atMs } = await untilRows(url, writer.written);
    const tookMs = Math.max(acknowledgedMs - startedMs, seconds * 1000);
    return { taken: (perSecond * seconds * 1000) / tookMs, behindMs: atMs - acknowledgedMs };
  } finally {
    await connect.stop();
  }
}

const addressOf = ({ readyLine }: ServerProcess): string => /=(http:\S+)/.exec(readyLine)![1]!;

/** Waits until so many rows are in the lake, by the names of its files. */
async function untilRows(url: string, wanted: number): Promise<{ rows: number; atMs: number }> {
  for (;;) {
    const { tables } = (await (await fetch(`${url}/lake`)).json()) as {
      tables: { topic: string; nextOffsets: Record<string, number> }[];
    };
    const next = tables.find(({ topic }) => topic === topics.likes.name)?.nextOffsets ?? {};
    const rows = Object.values(next).reduce((sum, offset) => sum + offset, 0);
    if (rows >= wanted) return { rows, atMs: performance.now() };
    await delay(pollMs);
  }
}

const sql =
  'SELECT postId, count(*) AS likes FROM likes WHERE liked GROUP BY postId ORDER BY likes DESC, postId LIMIT 10';

/** How long a query over all of them takes, asked for as the console does; and that none is missing. */
async function queryMilliseconds(url: string, likes: number): Promise<number> {
  const count = await answerOf(url, 'SELECT count(*) AS rows, count(DISTINCT eventId) AS events FROM likes');
  if (count.rows[0]?.[0] !== likes || count.rows[0][1] !== likes)
    throw new Error(`the lake holds ${String(count.rows[0])} rows and events, the topic ${likes}`);
  const startedMs = performance.now();
  await answerOf(url, sql);
  return performance.now() - startedMs;
}

async function answerOf(url: string, text: string): Promise<{ rows: unknown[][] }> {
  const response = await fetch(`${url}/query?sql=${encodeURIComponent(text)}`);
  if (!response.ok) throw new Error(`the query was answered with ${response.status}: ${await response.text()}`);
  return (await response.json()) as { rows: unknown[][] };
}

/** Records a second that the same reader reads of the same topic when nothing is done with them. */
export async function readsPerSecond({ bootstrapServers, likes }: Stage): Promise<number> {
  const client = createKafkajsClient({
    clientId: 'bench-lake-reader',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  let arrived = Promise.withResolvers<undefined>();
  const reader = client.openLogReader(
    {
      isolation: 'read-committed',
      maxWaitMs: 250,
      maxBytesPerPartition: 1_048_576,
      maxBufferedBytesPerPartition: 2_097_152,
    },
    { onArrival: () => arrived.resolve(undefined), onOffsetOutOfRange: () => undefined },
  );
  const { name, partitions } = topics.likes;
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  await reader.offsets(name, numbers);
  const startedMs = performance.now();
  for (const partition of numbers) reader.assign(name, partition, 0);
  for (let read = 0; read < likes;) {
    arrived = Promise.withResolvers();
    const chunks = numbers.map((partition) => reader.take(name, partition)).filter((chunk) => chunk !== undefined);
    for (const chunk of chunks) for (const records = chunk.records(); records.next();) read++;
    if (chunks.length === 0) await arrived.promise;
  }
  const tookMs = performance.now() - startedMs;
  await reader.close();
  return (likes / tookMs) * 1000;
}
