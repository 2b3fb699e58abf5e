/**
 * A broker that is taken away at every step of transactions: before each write and each sync of any of its files the disk is kept as a
 * crash would leave it (killed: all that was written; without power: what was synced, and a random part of the rest), and a new
 * broker on each of these disks must show every transaction whole or not at all. Then the same with a process that is killed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MemoryFileSystem } from '../storage/index.ts';
import { Broker } from './broker.ts';
import { BrokerProcess } from './testing/broker-process.ts';
import { randomOf } from './testing/random.ts';
import {
  copyOf,
  createTopics,
  expectWholeTransactions,
  initialized,
  nothingKnown,
  transact,
  type Known,
} from './testing/transaction-story.ts';
import { WireClient } from './testing/wire-client.ts';

jest.setTimeout(Number(process.env['CRASH_TIMEOUT_MS'] ?? 120_000));

const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31);
/** Disks that are looked at, of all that were kept. */
const DISKS = Number(process.env['CRASH_DISKS'] ?? 30);
const ROUNDS = 2 * Number(process.env['HEADWATER_THOROUGH'] ?? 1);

const CONFIG = {
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.num.partitions': '2',
  'group.initial.rebalance.delay.ms': '0',
};

type Flush = 'fsync' | 'os';

/** A disk as a crash left it, with what was known then. */
interface Wreck {
  readonly disk: MemoryFileSystem;
  readonly step: string;
  readonly known: Known;
}

function startOn(fileSystem: MemoryFileSystem, flush: Flush): Promise<Broker> {
  return Broker.start({ port: 0, dataDir: '/data', fileSystem, flush, config: CONFIG });
}

/** Two producers at once, each one transaction after the other; a wreck of each step. */
async function wrecksOf(flush: Flush, random: () => number): Promise<Wreck[]> {
  const wrecks: Wreck[] = [];
  const known = nothingKnown();
  const disk = new MemoryFileSystem();
  const broker = await startOn(disk, flush);
  const client = await WireClient.connect(broker.port);
  await createTopics(client);
  const producers = await initialized(client);
  disk.fault = (operation, file) => {
    if (operation !== 'write' && operation !== 'sync') return undefined;
    const survivor = flush === 'os' ? disk.kill() : disk.crash(random);
    wrecks.push({ disk: survivor, step: `step ${wrecks.length}: ${operation} ${file}`, known: copyOf(known) });
    return undefined;
  };
  await Promise.all(
    producers.map(async (producer) => {
      for (const commit of [true, false, true, true, false, true]) await transact(producer, known, commit);
    }),
  );
  disk.fault = undefined;
  client.close();
  await broker.close();
  return wrecks;
}

async function inspect({ disk, step, known }: Wreck, flush: Flush): Promise<void> {
  const broker = await startOn(disk, flush);
  const client = await WireClient.connect(broker.port);
  try {
    await expectWholeTransactions(client, known);
  } catch (error) {
    throw new Error(`After a crash at ${step} (CRASH_SEED=${SEED})`, { cause: error });
  } finally {
    client.close();
    await broker.close();
  }
}

beforeAll(() => {
  process.stdout.write(`transactions when the broker is taken away: CRASH_SEED=${SEED}\n`);
});

describe.each(['os', 'fsync'] as const)('transactions when the broker is taken away (flush %s)', (flush) => {
  it(`are there whole or not at all, whatever the step, and earlier producers are fenced (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const wrecks = await wrecksOf(flush, random);
    expect(wrecks.length).toBeGreaterThan(100);
    for (const wreck of wrecks) if (random() < DISKS / wrecks.length) await inspect(wreck, flush);
  });
});

describe('transactions when the process of the broker is killed', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-broker-crash-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it(`are there whole or not at all, one kill after the other (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const known = nothingKnown();
    let broker = await BrokerProcess.start({ dataDir, flush: 'os', config: CONFIG });
    try {
      const first = await WireClient.connect(broker.port);
      await createTopics(first);
      for (let round = 0; round < ROUNDS; round++) {
        const client = await WireClient.connect(broker.port);
        const before = [...known.values()].map(({ length }) => length);
        const running = (await initialized(client)).map(async (producer) => {
          for (;;) await transact(producer, known, random() < 0.7);
        });
        const settled = Promise.allSettled(running);
        while ([...known.values()].some(({ length }, index) => length < before[index]! + 5)) await delay(1);
        await delay(random() * 50);
        await broker.kill();
        await settled;
        broker = await BrokerProcess.start({ dataDir, flush: 'os', config: CONFIG });
        await expectWholeTransactions(await WireClient.connect(broker.port), known);
      }
    } finally {
      await broker.kill();
    }
  });
});
