import { join } from 'node:path';
import { type BenchOptions, median, row, type Row } from '../bench.ts';
import {
  addressOf,
  brokerArguments,
  programArguments,
  runProgram,
  type ServerProcess,
  startServer,
  withFolder,
} from './child.ts';
import { request } from './client.ts';
import { sizes } from './sizes.ts';
import { createTopicFrame, deleteTopicFrame } from './wire.ts';

const inFlight = 8;

interface LoadResult {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Pipelined Produce requests, acks=all, against the raw sink. */
export async function* produceRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const rounds = quick ? 1 : 5;
  const spans = quick ? [100, 300] : [500, 2000];
  for (const flush of ['os', 'fsync']) {
    for (const { label, batchBytes } of sizes) {
      const name = `broker/produce/${label}/${flush === 'fsync' ? 'fsync' : 'no fsync'}`;
      const broker: number[] = [];
      const sink: number[] = [];
      for (let round = 0; round < rounds; round++) {
        onProgress(`${name} round ${round + 1} of ${rounds}`);
        broker.push(await withFolder((folder) => produceToBroker(folder, flush, batchBytes, spans)));
        sink.push(await withFolder((folder) => produceToSink(folder, flush, batchBytes, spans)));
      }
      yield row(name, median(broker), 'MB/s', median(sink));
    }
  }
}

/** MB/s. */
async function produceToBroker(
  folder: string,
  flush: string,
  batchBytes: number,
  spans: readonly number[],
): Promise<number> {
  const server = await startServer(brokerArguments(folder, flush));
  try {
    await request(addressOf(server), createTopicFrame({ 'max.message.bytes': '2000000' }));
    const speed = await load(server, batchBytes, spans);
    await request(addressOf(server), deleteTopicFrame());
    return speed;
  } finally {
    await server.stop();
  }
}

async function produceToSink(
  folder: string,
  flush: string,
  batchBytes: number,
  spans: readonly number[],
): Promise<number> {
  const server = await startServer(programArguments('raw-sink', [join(folder, 'sink'), flush]));
  try {
    return await load(server, batchBytes, spans);
  } finally {
    await server.stop();
  }
}

async function load(server: ServerProcess, batchBytes: number, spans: readonly number[]): Promise<number> {
  const { host, port } = addressOf(server);
  const result = await runProgram<LoadResult>('produce-load', [host, port, batchBytes, inFlight, ...spans]);
  return result.bytes / 1000 / result.milliseconds;
}
