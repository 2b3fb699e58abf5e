import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contest } from '../contest.ts';
import { withFolder } from '../load/child.ts';
import { request } from '../load/client.ts';
import { produceToTopic } from '../load/measures.ts';
import { peakMiB, residentMiB } from '../load/memory.ts';
import { batchesInFlight, sizes } from '../load/sizes.ts';
import { apiVersionsFrame } from '../load/wire.ts';
import { ratioAtMost, valueAtMost } from '../target.ts';
import { untilReady } from './apache-kafka.ts';
import type { Engine } from './engines.ts';

const milliseconds = { suffix: '', unit: 'ms', better: 'less' } as const;
const mebibytes = { suffix: '', unit: 'MiB', better: 'less' } as const;

/** Start and memory of processes of their own, ended after each round. */
export function footprintContests(isQuick: boolean): Contest<Engine>[] {
  const start: Contest<Engine> = {
    name: 'kafka/start/empty',
    figures: [{ ...milliseconds, target: ratioAtMost(0.125) }],
    rounds: 5,
    measure: (engine) =>
      withFolder(async (folder) => {
        const server = await engine.start(join(folder, 'data'), 'fsync');
        await request(server.address, apiVersionsFrame());
        const startMs = performance.now() - server.startedMs;
        await server.stop();
        return { values: [startMs] };
      }),
  };
  if (residentMiB(process.pid) === undefined) return [start];
  const memory: Contest<Engine> = {
    name: 'kafka/memory',
    figures: [
      { ...mebibytes, suffix: '/idle', target: ratioAtMost(0.25) },
      { ...mebibytes, suffix: '/loaded' },
      { ...mebibytes, suffix: '/loaded/peak', target: valueAtMost(250) },
    ],
    rounds: 1,
    note: 'loaded: with produce load of all sizes behind it',
    measure: (engine) => withFolder((folder) => memorySample(engine, join(folder, 'data'), isQuick)),
  };
  return [start, memory];
}

async function memorySample(engine: Engine, dataDir: string, isQuick: boolean) {
  const server = await engine.start(dataDir, 'os');
  try {
    await untilReady(server.address);
    await delay(isQuick ? 500 : 2000);
    const idle = residentMiB(server.pid)!;
    for (const { batchBytes } of sizes) {
      const shape = { batchBytes, connections: 1, inFlight: batchesInFlight };
      await produceToTopic(server.address, shape, { warmUpMs: 0, measuredMs: isQuick ? 300 : 3000 });
    }
    await delay(500);
    return { values: [idle, residentMiB(server.pid)!, peakMiB(server.pid)!] };
  } finally {
    await server.kill();
  }
}
