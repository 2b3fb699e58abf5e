import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deleteGroupsApi,
  encodeBatch,
  ErrorCode,
  initProducerIdApi,
  offsetCommitApi,
  offsetFetchApi,
} from '../protocol/index.ts';
import { recordsIn } from './testing/batches.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import type { WireClient } from './testing/wire-client.ts';

const segmentBytes = 1024 * 1024;
const keys = 20;

describe('a broker with compacted topics', () => {
  let broker: TestBroker;
  let client: WireClient;

  beforeAll(async () => {
    broker = await TestBroker.start({
      config: {
        'log.cleaner.backoff.ms': '20',
        'log.cleaner.min.cleanable.ratio': '0.01',
        'offsets.topic.num.partitions': '1',
        'offsets.topic.segment.bytes': String(segmentBytes),
        'transaction.state.log.num.partitions': '1',
        'transaction.state.log.segment.bytes': String(segmentBytes),
      },
    });
    client = await broker.connect();
  });

  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
  });

  /**
   * Bytes of the log files of a partition, those that compaction is writing included; infinite when one went away between the looks at
   * the folder and at the file: the broker removes files on threads of their own.
   */
  function logBytes(partition: string): number {
    const folder = path.join(broker.dataDir, partition);
    return readdirSync(folder)
      .filter((name) => name.includes('.log'))
      .map((name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY)
      .reduce((sum, bytes) => sum + bytes, 0);
  }

  it('shrink them while they are written and read, and show readers the latest value of each key', async () => {
    await createTopic(client, 'table', {
      config: { 'cleanup.policy': 'compact', 'segment.bytes': String(segmentBytes) },
    });
    const latest = new Map<string, string>();
    let writtenBytes = 0;
    for (let version = 0; version < 60; version++) {
      const timestampMs = Date.now();
      const records = Array.from({ length: 200 }, (_, index) => {
        const key = `key-${index % keys}`;
        const value = `${version}/${index}`.padEnd(1000, '.');
        latest.set(key, value);
        return { key: Buffer.from(key), value: Buffer.from(value), timestampMs };
      });
      const batch = encodeBatch({ records });
      writtenBytes += batch.length;
      expect((await produce(client, 'table', batch)).errorCode).toBe(0);
    }
    // The active segment stays as it is; of the rest a record of each key.
    await until(
      () => logBytes('table-0') < 2 * segmentBytes + keys * 2000,
      () => `${logBytes('table-0')} bytes`,
    );
    expect(writtenBytes).toBeGreaterThan(11 * segmentBytes);

    const read = new Map<string, string>();
    const reader = await broker.connect();
    for (let offset = 0, end = 60 * 200; offset < end;) {
      const answer = await fetch(reader, 'table', offset);
      const partition = answer.responses[0]!.partitions[0]!;
      expect([partition.errorCode, partition.highWatermark]).toEqual([ErrorCode.NONE, end]);
      const records = recordsIn(partition.records);
      for (const record of records) read.set(record.key!.toString(), record.value!.toString());
      offset = records.at(-1)!.offset + 1;
    }
    expect(read).toEqual(latest);
    // A cleaning counts when it is over.
    await until(
      () => broker.broker.status().cleaner.totals.freedBytes > 8 * segmentBytes,
      () => JSON.stringify(broker.broker.status().cleaner),
    );
    const status = broker.broker.status().cleaner;
    expect(status.totals).toMatchObject({ failures: 0 });
    expect(status.logs.map(({ topic }) => topic)).toContain('table');
  });

  it('keep the last commit of each group in a log of offsets that shrinks, and forget deleted groups', async () => {
    await createTopic(client, 'orders', { partitions: 20 });
    const partitions = Array.from({ length: 20 }, (_, partition) => partition);
    const commit = async (groupId: string, offset: number, metadata: string): Promise<void> => {
      const { topics } = await client.send(offsetCommitApi, 8, {
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        groupInstanceId: null,
        topics: [
          {
            name: 'orders',
            partitions: partitions.map((partitionIndex) => ({
              partitionIndex,
              committedOffset: offset + partitionIndex,
              committedLeaderEpoch: -1,
              committedMetadata: metadata,
            })),
          },
        ],
      });
      for (const { errorCode } of topics[0]!.partitions) expect(errorCode).toBe(ErrorCode.NONE);
    };
    const committed = async (groupId: string): Promise<number[]> => {
      const { topics } = await client.send(offsetFetchApi, 7, {
        groupId,
        topics: [{ name: 'orders', partitionIndexes: partitions }],
        requireStable: false,
      });
      return topics[0]!.partitions.map(({ committedOffset }) => committedOffset);
    };
    await commit('gone', 5, '');
    const { results } = await client.send(deleteGroupsApi, 2, { groupsNames: ['gone'] });
    expect(results[0]!.errorCode).toBe(ErrorCode.NONE);
    for (let round = 0; round < 100; round++) await commit(`group-${round % 3}`, round, 'm'.repeat(4000));

    await until(
      () => logBytes('__consumer_offsets-0') < 3 * segmentBytes,
      () => `${logBytes('__consumer_offsets-0')} bytes`,
    );
    await broker.restart();
    client = await broker.connect();
    expect(await committed('group-0')).toEqual(partitions.map((partition) => 99 + partition));
    expect(await committed('group-1')).toEqual(partitions.map((partition) => 97 + partition));
    expect(await committed('group-2')).toEqual(partitions.map((partition) => 98 + partition));
    expect(await committed('gone')).toEqual(partitions.map(() => -1));
  });

  it('keep the last state of each transactional id in a log of transactions that shrinks', async () => {
    // Long names make large records.
    const ids = ['one', 'two', 'three'].map((name) => name.padEnd(30_000, '.'));
    const initialize = async (transactionalId: string): Promise<{ producerId: number; producerEpoch: number }> => {
      const { errorCode, producerId, producerEpoch } = await client.send(initProducerIdApi, 4, {
        transactionalId,
        transactionTimeoutMs: 60_000,
      });
      expect(errorCode).toBe(ErrorCode.NONE);
      return { producerId, producerEpoch };
    };
    const first = await Promise.all(ids.map(initialize));
    for (let round = 1; round <= 50; round++) await Promise.all(ids.map(initialize));
    await until(
      () => logBytes('__transaction_state-0') < 2 * segmentBytes,
      () => `${logBytes('__transaction_state-0')} bytes`,
    );
    await broker.restart();
    client = await broker.connect();
    expect(await Promise.all(ids.map(initialize))).toEqual(
      first.map(({ producerId }) => ({ producerId, producerEpoch: 51 })),
    );
  });
});

/** Waits for what the cleaner does by itself. */
async function until(holds: () => boolean, describe: () => string): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadlineMs) throw new Error(`It did not happen within a minute: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
