import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { batchOf, recordsIn } from './testing/batches.ts';
import { BrokerProcess } from './testing/broker-process.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { randomOf } from './testing/random.ts';
import { WireClient } from './testing/wire-client.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(120_000);

const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = 2 * Number(process.env['HEADWATER_THOROUGH'] ?? 1);
const PARTITIONS = 3;
const IN_FLIGHT = 8;

let dataDir: string;
beforeAll(async () => {
  process.stdout.write(`kill -9 during produce: CRASH_SEED=${SEED}\n`);
  dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-broker-crash-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** What a partition acknowledged: value by offset. */
type Acknowledged = Map<number, string>;

/** Produces to one partition until the broker is gone, `IN_FLIGHT` requests at a time; notes what was acknowledged. */
async function produceUntilGone(client: WireClient, partition: number, name: string, acknowledged: Acknowledged) {
  let count = 0;
  const one = async (): Promise<void> => {
    for (;;) {
      const value = `${name}-${count++}`;
      const answer = await produce(client, 'survivors', batchOf([value, `${value}+`]), { partition });
      if (answer.errorCode !== 0) throw new Error(`refused with ${answer.errorCode}`);
      acknowledged.set(answer.baseOffset, value);
      acknowledged.set(answer.baseOffset + 1, `${value}+`);
    }
  };
  await Promise.allSettled(Array.from({ length: IN_FLIGHT }, one));
}

async function readAll(client: WireClient, partition: number): Promise<Map<number, string>> {
  const values = new Map<number, string>();
  for (let offset = 0; ;) {
    const { responses } = await fetch(client, 'survivors', offset, { partition });
    const records = recordsIn(responses[0]!.partitions[0]!.records);
    for (const record of records) values.set(record.offset, record.value!.toString());
    if (records.length === 0) return values;
    offset = records.at(-1)!.offset + 1;
  }
}

describe.each(['os', 'fsync'] as const)('a broker that is killed while it takes records (flush %s)', (flush) => {
  it(`keeps every acknowledged record at its offset (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const folder = path.join(dataDir, flush);
    const acknowledged = Array.from({ length: PARTITIONS }, (): Acknowledged => new Map());
    let broker = await BrokerProcess.start({ dataDir: folder, flush });
    try {
      const admin = await WireClient.connect(broker.port);
      await createTopic(admin, 'survivors', { partitions: PARTITIONS, config: { 'segment.bytes': '1048576' } });
      for (let round = 0; round < ROUNDS; round++) {
        const clients = await Promise.all(acknowledged.map(() => WireClient.connect(broker.port)));
        const running = clients.map((client, partition) =>
          produceUntilGone(client, partition, `round-${round}`, acknowledged[partition]!),
        );
        const before = acknowledged[0]!.size;
        while (acknowledged[0]!.size < before + 50) await delay(1);
        await delay(random() * 100);
        await broker.kill();
        await Promise.all(running);
        broker = await BrokerProcess.start({ dataDir: folder, flush });
        const reader = await WireClient.connect(broker.port);
        for (const [partition, expected] of acknowledged.entries()) {
          const found = await readAll(reader, partition);
          const lost = [...expected].filter(([offset, value]) => found.get(offset) !== value);
          expect(lost).toEqual([]);
          // No hole: everything from the first offset on is there.
          expect([...found.keys()]).toEqual(Array.from({ length: found.size }, (_, offset) => offset));
        }
        reader.close();
      }
    } finally {
      await broker.kill();
    }
  });
});
