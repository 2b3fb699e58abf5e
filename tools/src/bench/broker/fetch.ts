import fs from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { encodeBatch } from '../load/batch.ts';
import { addressOf, programArguments, startServer, withFolder } from '../load/child.ts';
import type { Address } from '../load/client.ts';
import { fetchSample } from '../load/measures.ts';
import { startBroker } from '../load/servers.ts';
import { sizes } from '../load/sizes.ts';
import { spanOf } from '../load/spans.ts';
import { type StoredTopic, storeTopic } from '../load/stored-topic.ts';
import { ratioAtLeast, type Target } from '../target.ts';

/** A consumer's default `max.partition.fetch.bytes`. */
const answerLimitBytes = 1024 * 1024;

interface Side {
  readonly address: Address;
  readonly fromOffset: number;
}

/** Fetches of a stored topic in answers of 1 MB: from files against the raw pump, and what was just written against that. */
export async function* fetchRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  for (const { label, batchBytes } of sizes) {
    const name = `broker/fetch/${label}`;
    if (!options.wants(`${name}/cold`) && !options.wants(`${name}/tail`)) continue;
    options.onProgress(`${name} filling the topic`);
    yield* await withFolder((folder) => fetchFrom(folder, name, batchBytes, options));
  }
}

async function fetchFrom(
  folder: string,
  name: string,
  batchBytes: number,
  options: BenchOptions,
): Promise<(Row | SkippedRow)[]> {
  await using stack = new AsyncDisposableStack();
  const server = await startBroker(join(folder, 'data'), { flush: 'os' });
  stack.defer(() => server.stop());
  const stored = await storeTopic(server.address, batchBytes, options.quick);
  const { batch } = encodeBatch(batchBytes);
  const answerBytes = Math.max(1, Math.floor(answerLimitBytes / batch.length)) * batch.length;
  const file = writePumpFile(folder, answerBytes, stored.bytes);
  const pump = await startServer(programArguments('broker/raw-pump', [file, String(answerBytes)]));
  stack.defer(() => pump.stop());
  const broker: Side = { address: server.address, fromOffset: 0 };
  const raw: Side = { address: addressOf(pump), fromOffset: 0 };
  const end: Side = { ...broker, fromOffset: stored.tailOffset };
  const cold = contestOf(`${name}/cold`, ratioAtLeast(0.8), stored, answerBytes, options.quick);
  const tail = contestOf(`${name}/tail`, ratioAtLeast(1), stored, answerBytes, options.quick);
  const rows: (Row | SkippedRow)[] = [];
  if (isContestWanted(cold, options)) rows.push(...(await runOrSkip(cold, [broker, raw], options)));
  if (isContestWanted(tail, options)) rows.push(...(await runOrSkip(tail, [end, broker], options)));
  return rows;
}

function contestOf(
  name: string,
  target: Target,
  { topic, batchBytes, endOffset }: StoredTopic,
  answerBytes: number,
  quick: boolean,
): Contest<Side> {
  return {
    name,
    figures: [{ suffix: '', unit: 'MB/s', better: 'more', target }],
    rounds: 3,
    measure: ({ address, fromOffset }) =>
      fetchSample(address, { topic, batchBytes, answerBytes, fromOffset, endOffset }, spanOf(quick, 1200)),
  };
}

function writePumpFile(folder: string, answerBytes: number, wantedBytes: number): string {
  const path = join(folder, 'pump');
  const file = fs.openSync(path, 'w');
  const piece = Buffer.alloc(answerBytes, 'p');
  for (let written = 0; written < wantedBytes; written += piece.length) fs.writeSync(file, piece);
  fs.closeSync(file);
  return path;
}
