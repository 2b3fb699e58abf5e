import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { newClient } from '../../fixtures/test-kafka.ts';
import type { Isolation, KafkaClient, LogReader, RecordToWrite } from '../client/index.ts';

const record = (value: string, partition = 0): RecordToWrite => ({ key: 'k', value: Buffer.from(value), partition });

const openReader = (client: KafkaClient, isolation: Isolation): LogReader =>
  client.openLogReader(
    { isolation, maxWaitMs: 50, maxBytesPerPartition: 1 << 20, maxBufferedBytesPerPartition: 1 << 22 },
    { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
  );

async function read(client: KafkaClient, topic: string, isolation: Isolation): Promise<string[]> {
  const reader = openReader(client, isolation);
  const values: string[] = [];
  try {
    for (const partition of [0, 1]) {
      reader.assign(topic, partition, 0);
      while (!reader.isCaughtUp(topic, partition)) {
        const cursor = reader.take(topic, partition)?.records();
        while (cursor?.next()) values.push(cursor.source.toString('utf8', cursor.valueStart, cursor.valueEnd));
        await delay(5);
      }
    }
  } finally {
    await reader.close();
  }
  return values.sort();
}

/**
 * Returns when no transaction of the topic is open any more. Kafka answers a commit once it is certain, before the markers are in
 * every partition: until then its records are not shown.
 */
async function untilAllEnded(client: KafkaClient, topic: string): Promise<void> {
  const readers = (['read-committed', 'read-uncommitted'] as const).map((isolation) => openReader(client, isolation));
  try {
    for (;;) {
      const [stable, all] = await Promise.all(readers.map((reader) => reader.offsets(topic, [0, 1])));
      if ([0, 1].every((partition) => stable!.get(partition)!.latest === all!.get(partition)!.latest)) return;
      await delay(5);
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

describeOnEveryEngine('a transaction on the wire', (engine) => {
  const setUp = async () => {
    const client = newClient(engine);
    const topic = `wire-${randomUUID().slice(0, 8)}`;
    const admin = await client.openAdmin();
    await admin.create([{ name: topic, partitions: 2, config: {} }]);
    await admin.close();
    const open = (transactionalId: string) =>
      client.openTransactionalWriter({ transactionalId, transactionTimeoutMs: 30_000, bulk: true });
    return { client, topic, open };
  };

  it('shows all of its records when it is committed, and none when it is aborted', async () => {
    const { client, topic, open } = await setUp();
    const writer = await open(`id-${topic}`);
    await writer.begin();
    await writer.write(topic, [record('one'), record('two', 1), record('three')]);
    expect(await read(client, topic, 'read-committed')).toEqual([]);
    await writer.commit();
    await writer.begin();
    await writer.write(topic, [record('aborted')]);
    await writer.abort();
    await writer.begin();
    await writer.write(topic, [record('four')]);
    await writer.commit();
    await writer.close();
    await untilAllEnded(client, topic);
    expect(await read(client, topic, 'read-committed')).toEqual(['four', 'one', 'three', 'two']);
    expect(await read(client, topic, 'read-uncommitted')).toEqual(['aborted', 'four', 'one', 'three', 'two']);
  });

  it('carries offsets of a group, of the generation that sends them only', async () => {
    const { client, topic, open } = await setUp();
    const groupId = `group-${topic}`;
    const assigned = Promise.withResolvers<undefined>();
    const member = client.joinCopartitioned(
      { groupId, topics: [topic], sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000, heartbeatIntervalMs: 500 },
      { onAssigned: () => assigned.resolve(undefined), onRevoked: () => undefined, onRebalancing: () => undefined },
    );
    await assigned.promise;
    const membership = member.membership!;
    const writer = await open(`id-${topic}`);
    await writer.begin();
    await writer.sendOffsets(membership, topic, new Map([[0, 5n]]));
    await writer.commit();
    expect(await client.committedOffsets(groupId, topic, [0, 1])).toEqual(
      new Map([
        [0, 5n],
        [1, -1n],
      ]),
    );
    await writer.begin();
    const stale = { ...membership, generation: membership.generation - 1 };
    await expect(writer.sendOffsets(stale, topic, new Map([[0, 9n]]))).rejects.toMatchObject({ then: 'fenced' });
    await writer.close();
    await member.close();
    expect((await client.committedOffsets(groupId, topic, [0])).get(0)).toBe(5n);
  });

  it('is fenced by the next writer of its id, which finds nothing open', async () => {
    const { client, topic, open } = await setUp();
    const old = await open(`id-${topic}`);
    await old.begin();
    await old.write(topic, [record('of the old')]);
    const next = await open(`id-${topic}`);
    await expect(old.commit()).rejects.toMatchObject({ then: 'fenced' });
    await next.begin();
    await next.write(topic, [record('of the next')]);
    await next.commit();
    await Promise.all([old.close(), next.close()]);
    await untilAllEnded(client, topic);
    expect(await read(client, topic, 'read-committed')).toEqual(['of the next']);
  });

  it('goes on after an abort, from the first record of a partition on', async () => {
    const { client, topic, open } = await setUp();
    const writer = await open(`id-${topic}`);
    for (const [index, isKept] of [true, false, false, true, true].entries()) {
      await writer.begin();
      await writer.write(topic, [record(`${index}a`), record(`${index}b`, 1)]);
      await writer.write(topic, [record(`${index}c`)]);
      await (isKept ? writer.commit() : writer.abort());
    }
    await writer.begin();
    await writer.abort();
    await writer.begin();
    await writer.write(topic, [record('last')]);
    await writer.commit();
    await writer.close();
    const kept = ['0a', '0b', '0c', '3a', '3b', '3c', '4a', '4b', '4c', 'last'];
    await untilAllEnded(client, topic);
    expect(await read(client, topic, 'read-committed')).toEqual(kept);
  });

  it('says that another writer is to be opened when the transaction took too long', async () => {
    const { client, topic, open } = await setUp();
    const transactionalId = `id-${topic}`;
    const slow = await client.openTransactionalWriter({ transactionalId, transactionTimeoutMs: 1_000, bulk: true });
    await slow.begin();
    await slow.write(topic, [record('too late')]);
    // What comes after an open transaction is committed is read only when that has ended.
    const other = await open(`other-${topic}`);
    await other.begin();
    await other.write(topic, [record('beside')]);
    await other.commit();
    await other.close();
    while (!(await read(client, topic, 'read-committed')).includes('beside')) await delay(100);
    await expect(slow.commit()).rejects.toMatchObject({ then: 'reopen' });
    await slow.close();
    const again = await open(transactionalId);
    await again.begin();
    await again.write(topic, [record('again')]);
    await again.commit();
    await again.close();
    await untilAllEnded(client, topic);
    expect(await read(client, topic, 'read-committed')).toEqual(['again', 'beside']);
  });
});
