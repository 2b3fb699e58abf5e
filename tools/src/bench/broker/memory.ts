import net from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, type Figure, isContestWanted, runOrSkip } from '../contest.ts';
import { programArguments, startServer, withFolder } from '../load/child.ts';
import type { Address } from '../load/client.ts';
import { encodeBatch } from '../load/batch.ts';
import { fill, nextTopic, produceToTopic } from '../load/measures.ts';
import { peakMiB, residentMiB } from '../load/memory.ts';
import { type Server, startBroker } from '../load/servers.ts';
import { batchesInFlight, sizes } from '../load/sizes.ts';
import { createTopic } from '../load/topics.ts';
import { ratioAtMost, valueAtMost } from '../target.ts';
import { retainedMemoryContest } from './retained-memory.ts';

type Side = 'broker' | 'baseline';

const settleMs = 500;
/** By then a broker with nothing to do has given memory back. */
const untilIdleMs = 12_000;
const figure: Figure = { suffix: '', unit: 'MiB', better: 'less' };

/** Resident memory, where the system tells it. */
export async function* memoryRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  if (residentMiB(process.pid) === undefined) return;
  for (const contest of contests(options.quick))
    if (isContestWanted(contest, options)) yield* await runOrSkip<Side>(contest, ['broker', 'baseline'], options);
  for (const contest of [loadedContest(options.quick), partitionsContest(options.quick)])
    if (isContestWanted(contest, options)) yield* await runOrSkip<Side>(contest, ['broker'], options);
}

function contests(quick: boolean): Contest<Side>[] {
  return [
    {
      name: 'broker/memory/idle',
      figures: [figure],
      rounds: 3,
      measure: (side) => (side === 'broker' ? onBroker(residentSettled) : bareMiB()),
    },
    {
      name: 'broker/memory/1,000 idle connections',
      figures: [{ ...figure, target: ratioAtMost(1.25) }],
      rounds: 3,
      note: 'against no connection',
      measure: (side) => onBroker(side === 'broker' ? withIdleConnections : residentSettled),
    },
    retainedMemoryContest(quick),
  ];
}

/** After produce load at all sizes, and the most that it ever was. */
function loadedContest(quick: boolean): Contest<Side> {
  return {
    name: 'broker/memory/loaded',
    figures: [figure, { ...figure, suffix: '/peak', target: valueAtMost(250) }],
    rounds: 1,
    measure: () =>
      onBroker(async (server) => {
        for (const { batchBytes } of sizes) {
          const shape = { batchBytes, connections: 1, inFlight: batchesInFlight };
          await produceToTopic(server.address, shape, { warmUpMs: 0, measuredMs: quick ? 300 : 2000 });
        }
        const { values } = await residentSettled(server);
        return { values: [...values, peakMiB(server.pid)!] };
      }),
  };
}

/** Many partitions, each of them written to. */
function partitionsContest(quick: boolean): Contest<Side> {
  const partitions = quick ? 1000 : 10_000;
  return {
    name: 'broker/memory/10,000 partitions',
    figures: [figure, { ...figure, suffix: '/idle' }],
    rounds: 1,
    note: 'each was written to; what V8 keeps for new objects, up to 128 MiB, is given back after some idle seconds',
    measure: () =>
      onBroker(async (server) => {
        const topic = nextTopic();
        await createTopic(server.address, { name: topic, partitions });
        const batchBytes = 0;
        const wantedBytes = partitions * encodeBatch(batchBytes).batch.length;
        await fill(server.address, { topic, partitions, batchBytes, wantedBytes });
        const { values } = await residentSettled(server);
        await delay(untilIdleMs);
        return { values: [...values, residentMiB(server.pid)!] };
      }),
  };
}

function onBroker<T>(work: (server: Server) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const server = await startBroker(join(folder, 'data'), { flush: 'os' });
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  });
}

async function residentSettled({ pid }: { readonly pid: number }) {
  await delay(settleMs);
  return { values: [residentMiB(pid)!] };
}

async function bareMiB() {
  const server = await startServer(programArguments('broker/raw-idle', []));
  try {
    return await residentSettled(server);
  } finally {
    await server.stop();
  }
}

async function withIdleConnections(server: Server) {
  const sockets: net.Socket[] = [];
  for (let count = 0; count < 1000; count++) sockets.push(await connected(server.address));
  const result = await residentSettled(server);
  for (const socket of sockets) socket.destroy();
  return result;
}

async function connected({ host, port }: Address): Promise<net.Socket> {
  const socket = net.connect({ host, port });
  await once(socket, 'connect');
  return socket;
}
