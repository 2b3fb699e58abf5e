import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Broker } from '@headwater/broker';
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

async function brokerOn(dataDir: string): Promise<Broker> {
  const broker = await Broker.start({ port: 0, dataDir, flush: 'os' });
  cleanUp.push(() => broker.close());
  return broker;
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
});
