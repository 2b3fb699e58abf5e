import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Broker } from '@headwater/broker-core';
import { schemaLogBehaviors, type SchemaLogRecord } from '@headwater/schema-registry';
import { BrokerSchemaLog } from './broker-schema-log.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function newFolder(): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-schema-log-'));
  cleanUp.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function brokerOn(dataDir: string, config: Readonly<Record<string, string>> = {}): Promise<Broker> {
  const broker = await Broker.start({ port: 0, dataDir, flush: 'os', config });
  cleanUp.push(() => broker.close());
  return broker;
}

/** Of the log files, those that compaction is writing included. */
async function logBytes(dataDir: string): Promise<number> {
  const folder = path.join(dataDir, '_schemas-0');
  const names = (await readdir(folder)).filter((name) => name.includes('.log'));
  // One that goes meanwhile counts nothing.
  const sizes = names.map((name) =>
    stat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('the schema log on the broker of the same process', () => {
  for (const behavior of schemaLogBehaviors) {
    it(behavior.name, () =>
      behavior.verify(async () => BrokerSchemaLog.open((await brokerOn(await newFolder())).local)),
    );
  }

  it('has its records again after a restart', async () => {
    const dataDir = await newFolder();
    const broker = await brokerOn(dataDir);
    const log = await BrokerSchemaLog.open(broker.local);
    for (let index = 0; index < 20; index++)
      await log.append([{ key: Buffer.from(`key-${index}`), value: Buffer.from('v') }]);
    await broker.close();
    const again = await BrokerSchemaLog.open((await brokerOn(dataDir)).local);
    const records: SchemaLogRecord[] = [];
    const follower = await again.follow((delivered) => records.push(...delivered));
    expect(records.map(({ key }) => key?.toString())).toEqual(Array.from({ length: 20 }, (_, index) => `key-${index}`));
    await follower.close();
  });

  it('shrinks by compaction, and keeps the latest record of each key', async () => {
    const dataDir = await newFolder();
    const segmentBytes = 1024 * 1024;
    const config = {
      'log.segment.bytes': String(segmentBytes),
      'log.cleaner.backoff.ms': '20',
      'log.cleaner.min.cleanable.ratio': '0.01',
    };
    const broker = await brokerOn(dataDir, config);
    const log = await BrokerSchemaLog.open(broker.local);
    const latest = new Map<string, string>();
    for (let version = 0; version < 20; version++) {
      const entries = Array.from({ length: 10 }, (_, subject) => ({
        key: Buffer.from(`subject-${subject}`),
        value: Buffer.from(`version ${version} of ${subject}`.padEnd(30_000, '.')),
      }));
      await log.append(entries);
      for (const { key, value } of entries) latest.set(key.toString(), value.toString());
    }
    const deadlineMs = Date.now() + 60_000;
    while ((await logBytes(dataDir)) > 2.5 * segmentBytes) {
      if (Date.now() > deadlineMs) throw new Error(`It still has ${await logBytes(dataDir)} bytes after a minute`);
      await delay(20);
    }
    await broker.close();
    const again = await BrokerSchemaLog.open((await brokerOn(dataDir, config)).local);
    const read = new Map<string, string>();
    const follower = await again.follow((delivered) => {
      for (const { key, value } of delivered) read.set(String(key), String(value));
    });
    expect(read).toEqual(latest);
    await follower.close();
  });
});
