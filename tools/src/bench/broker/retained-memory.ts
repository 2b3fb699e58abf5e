import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contest } from '../contest.ts';
import { withFolder } from '../load/child.ts';
import { Connection } from '../load/client.ts';
import { residentMiB } from '../load/memory.ts';
import { retain } from '../load/retained.ts';
import { startBroker } from '../load/servers.ts';
import { fetchErrorAt, fetchFrame, fetchRecordsSizeAt, topicOf } from '../load/wire.ts';
import { ratioAtMost } from '../target.ts';

const gigabyte = 1e9;
const fetches = 200;
const limits = { answerBytes: 1024 * 1024, waitMs: 0 };

/** Resident memory after reads all over a log of 50 GB, against the same over 1 GB. */
export function retainedMemoryContest(quick: boolean): Contest<'broker' | 'baseline'> {
  return {
    name: 'broker/memory/50 GB retained',
    figures: [{ suffix: '', unit: 'MiB', better: 'less', target: ratioAtMost(1.1) }],
    rounds: 1,
    note: `sparse logs with an index entry every 128 KB, ${fetches} fetches all over them; against 1 GB retained`,
    measure: (side) => residentWith(side === 'broker' ? (quick ? 5 : 50) * gigabyte : gigabyte),
  };
}

function residentWith(retainedBytes: number) {
  return withFolder(async (folder) => {
    const dataDir = join(folder, 'data');
    const ends = await retain(dataDir, { partitions: 1, partitionBytes: retainedBytes, segmentBytes: 2 ** 30 });
    const server = await startBroker(dataDir, { flush: 'os' });
    try {
      const connection = await Connection.open(server.address);
      const step = Math.floor(ends[0]!.endOffset / fetches);
      for (let count = 0; count < fetches; count++) await fetchSome(connection, count * step);
      connection.close();
      await delay(500);
      return { values: [residentMiB(server.pid)!] };
    } finally {
      await server.stop();
    }
  });
}

async function fetchSome(connection: Connection, offset: number): Promise<void> {
  const answer = await connection.send(fetchFrame(topicOf(0), 0, offset, limits));
  const error = answer.readInt16BE(fetchErrorAt);
  if (error !== 0 || answer.readInt32BE(fetchRecordsSizeAt) === 0)
    throw new Error(`Fetch at ${offset}: error ${error}, ${answer.readInt32BE(fetchRecordsSizeAt)} bytes`);
}
