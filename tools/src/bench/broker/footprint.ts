import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchOptions, median, row, type Row } from '../bench.ts';
import {
  addressOf,
  brokerArguments,
  programArguments,
  residentMiB,
  runProgram,
  startServer,
  withFolder,
} from './child.ts';
import { request } from './client.ts';
import { apiVersionsFrame, createTopicFrame } from './wire.ts';

interface Start {
  readonly milliseconds: number;
  readonly idleMiB: number | undefined;
}

/** How fast the broker is there and how much memory it takes, against a Node process that only listens. */
export async function* footprintRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const rounds = quick ? 2 : 7;
  const broker: Start[] = [];
  const bare: Start[] = [];
  for (let round = 0; round < rounds; round++) {
    onProgress(`broker/start round ${round + 1} of ${rounds}`);
    broker.push(await withFolder((folder) => measureStart(brokerArguments(join(folder, 'data'), 'fsync'))));
    bare.push(await measureStart(programArguments('raw-idle', [])));
  }
  const times = (starts: readonly Start[]) => median(starts.map((start) => start.milliseconds));
  yield row('broker/start', times(broker), 'ms', times(bare));
  const memory = (starts: readonly Start[]) => median(starts.map((start) => start.idleMiB ?? 0));
  const bareMiB = memory(bare);
  if (bareMiB === 0) return;
  yield row('broker/memory/idle', memory(broker), 'MiB', bareMiB);
  onProgress('broker/memory/loaded');
  yield row('broker/memory/loaded', await measureLoaded(quick), 'MiB', bareMiB);
}

/** From the start of the process to its first answer. */
async function measureStart(args: readonly string[]): Promise<Start> {
  const server = await startServer(args);
  try {
    await request(addressOf(server), apiVersionsFrame());
    const milliseconds = performance.now() - server.startedMs;
    await delay(500);
    return { milliseconds, idleMiB: residentMiB(server.pid) };
  } finally {
    await server.stop();
  }
}

/** After produce load at all sizes. */
function measureLoaded(quick: boolean): Promise<number> {
  return withFolder(async (folder) => {
    const server = await startServer(brokerArguments(join(folder, 'data'), 'os', ['log.segment.bytes=268435456']));
    try {
      const { host, port } = addressOf(server);
      await request(
        { host, port },
        createTopicFrame({ 'max.message.bytes': '2000000', 'retention.bytes': '500000000' }),
      );
      for (const batchBytes of [16 * 1024, 128 * 1024, 1_000_000]) {
        await runProgram('produce-load', [host, port, batchBytes, 8, 0, quick ? 300 : 2000]);
      }
      await delay(1000);
      return residentMiB(server.pid) ?? 0;
    } finally {
      await server.stop();
    }
  });
}
