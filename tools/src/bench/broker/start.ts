import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { addressOf, programArguments, startServer, withFolder } from '../load/child.ts';
import { type Address, request } from '../load/client.ts';
import { retain } from '../load/retained.ts';
import { startBroker } from '../load/servers.ts';
import { type LogEnd, writeShutdownState } from '../load/sparse-log.ts';
import { apiVersionsFrame } from '../load/wire.ts';
import { valueAtMost } from '../target.ts';

type Side = 'broker' | 'raw';

const gigabyte = 1e9;
const name = 'broker/start';
const retainedNames = {
  clean: `${name}/1,000 partitions, 10 GB/clean`,
  killed: `${name}/1,000 partitions, 10 GB/killed`,
};

/** From the start of the process to the first ApiVersions answer. */
export async function* startRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const empty: Contest<Side> = {
    name: `${name}/empty`,
    figures: [{ suffix: '', unit: 'ms', better: 'less' }],
    rounds: 7,
    measure: (side) => (side === 'broker' ? withFolder(startEmpty) : startRaw()),
  };
  if (isContestWanted(empty, options)) yield* await runOrSkip<Side>(empty, ['broker', 'raw'], options);
  const isWanted = Object.values(retainedNames).some((each) => options.wants(each));
  if (isWanted) yield* await withFolder((folder) => startRetained(join(folder, 'data'), options));
}

/** Milliseconds from the start of a server's process to its answer. */
async function firstAnswerMs(server: { readonly address: Address; readonly startedMs: number }): Promise<number> {
  await request(server.address, apiVersionsFrame());
  return performance.now() - server.startedMs;
}

async function startEmpty(folder: string) {
  return await startOn(join(folder, 'data'));
}

async function startOn(dataDir: string) {
  const server = await startBroker(dataDir, { flush: 'fsync' });
  const milliseconds = await firstAnswerMs(server);
  await server.stop();
  return { values: [milliseconds] };
}

async function startRaw() {
  const server = await startServer(programArguments('broker/raw-idle', []));
  const milliseconds = await firstAnswerMs({ ...server, address: addressOf(server) });
  await server.stop();
  return { values: [milliseconds] };
}

async function startRetained(dataDir: string, options: BenchOptions): Promise<(Row | SkippedRow)[]> {
  options.onProgress(`${name} writing what is retained`);
  const [partitions, retainedBytes] = options.quick ? [100, gigabyte] : [1000, 10 * gigabyte];
  const partitionBytes = retainedBytes / partitions;
  const ends = await retain(dataDir, { partitions, partitionBytes, segmentBytes: partitionBytes / 2 });
  const rows: (Row | SkippedRow)[] = [];
  for (const state of ['clean', 'killed'] as const) {
    const contest = retainedContest(dataDir, ends, state);
    if (isContestWanted(contest, options)) rows.push(...(await runOrSkip(contest, [state], options)));
  }
  return rows;
}

function retainedContest(
  dataDir: string,
  ends: readonly LogEnd[],
  state: 'clean' | 'killed',
): Contest<'clean' | 'killed'> {
  return {
    name: retainedNames[state],
    figures: [{ suffix: '', unit: 'ms', better: 'less', ...(state === 'clean' && { target: valueAtMost(2000) }) }],
    rounds: 3,
    note:
      state === 'clean'
        ? 'sparse logs in two segments each'
        : 'sparse logs in two segments each; the whole newer one of each, 5 GB in all, is checked',
    measure: async () => {
      writeShutdownState(dataDir, ends, state);
      return await startOn(dataDir);
    },
  };
}
