import fs from 'node:fs';
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
import { createTopicFrame, encodeBatch } from './wire.ts';

/** A consumer's default `max.partition.fetch.bytes`. */
const answerLimitBytes = 1024 * 1024;
/** More than a broker keeps in memory, so that most is read from files. */
const topicBytes = 512 * 1024 * 1024;

interface Stored {
  readonly endOffset: number;
  readonly answerBytes: number;
}

/** Fetches of a stored topic in answers of 1 MB, against the raw pump. */
export async function* fetchRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const rounds = quick ? 1 : 5;
  const spans = quick ? [100, 300] : [300, 1500];
  for (const { label, batchBytes } of sizes) {
    const name = `broker/fetch/${label}`;
    const broker: number[] = [];
    const pump: number[] = [];
    await withFolder(async (folder) => {
      onProgress(`${name} filling the topic`);
      const server = await startServer(brokerArguments(join(folder, 'data'), 'os'));
      try {
        const stored = await fill(server, batchBytes, quick ? topicBytes / 8 : topicBytes);
        const file = writePumpFile(folder, stored.answerBytes, quick ? topicBytes / 8 : topicBytes);
        const pumpServer = await startServer(programArguments('raw-pump', [file, String(stored.answerBytes)]));
        try {
          for (let round = 0; round < rounds; round++) {
            onProgress(`${name} round ${round + 1} of ${rounds}`);
            broker.push(await load(server, batchBytes, stored, spans));
            pump.push(await load(pumpServer, batchBytes, stored, spans));
          }
        } finally {
          await pumpServer.stop();
        }
      } finally {
        await server.stop();
      }
    });
    yield row(name, median(broker), 'MB/s', median(pump));
  }
}

async function fill(server: ServerProcess, batchBytes: number, wantedBytes: number): Promise<Stored> {
  const address = addressOf(server);
  await request(address, createTopicFrame({ 'max.message.bytes': '2000000' }));
  const { batch, recordCount } = encodeBatch(batchBytes);
  const batches = Math.ceil(wantedBytes / batch.length);
  await runProgram('fill-topic', [address.host, address.port, batchBytes, batches]);
  const answerBytes = Math.max(1, Math.floor(answerLimitBytes / batch.length)) * batch.length;
  return { endOffset: batches * recordCount, answerBytes };
}

function writePumpFile(folder: string, answerBytes: number, wantedBytes: number): string {
  const path = join(folder, 'pump');
  const file = fs.openSync(path, 'w');
  const piece = Buffer.alloc(answerBytes, 'p');
  for (let written = 0; written < wantedBytes; written += piece.length) fs.writeSync(file, piece);
  fs.closeSync(file);
  return path;
}

/** MB/s. */
async function load(
  server: ServerProcess,
  batchBytes: number,
  stored: Stored,
  spans: readonly number[],
): Promise<number> {
  const { host, port } = addressOf(server);
  const args = [host, port, batchBytes, answerLimitBytes, stored.endOffset, ...spans];
  const result = await runProgram<{ bytes: number; milliseconds: number }>('fetch-load', args);
  return result.bytes / 1000 / result.milliseconds;
}
