import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import {
  createPartitionsApi,
  deleteTopicsApi,
  ErrorCode,
  findCoordinatorApi,
  isRetriable,
  joinGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
} from '../protocol/index.ts';
import { createTopic, untilLed } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import type { WireClient } from './testing/wire-client.ts';
import { WireClients } from './testing/wire-clients.ts';

const config = { 'offsets.topic.num.partitions': '4', 'group.initial.rebalance.delay.ms': '0' };
const start = () => TestBroker.start({ config });

/** Asks until the coordinator is there: Apache Kafka creates its topics at the first search. */
async function findCoordinator(client: WireClient, keyType: number, key: string) {
  for (;;) {
    const { coordinators } = await client.send(findCoordinatorApi, 4, { keyType, coordinatorKeys: [key] });
    const found = coordinators[0]!;
    if (found.errorCode === 0) return found;
    expect(found.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    await delay(10);
  }
}

async function commit(client: WireClient, groupId: string, topic: string, offset: number): Promise<number> {
  const { topics } = await client.send(offsetCommitApi, 8, {
    groupId,
    memberId: '',
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'note' }] }],
  });
  return topics[0]!.partitions[0]!.errorCode;
}

async function committed(client: WireClient, groupId: string): Promise<Record<string, number>> {
  const { groups } = await client.send(offsetFetchApi, 8, { groups: [{ groupId, topics: null }] });
  return Object.fromEntries(groups[0]!.topics.map(({ name, partitions }) => [name, partitions[0]!.committedOffset]));
}

function join(client: WireClient, groupId: string, memberId = '') {
  return client.send(joinGroupApi, 9, {
    groupId,
    memberId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  });
}

describe('groups', () => {
  it('need no search for their coordinator before the first request', async () => {
    await using kafka = await start();
    const client = await kafka.connect();
    expect((await client.send(listGroupsApi, 4, {})).groups).toEqual([]);
    await createTopic(client, 'orders');
    expect(await commit(client, 'early', 'orders', 3)).toBe(0);
  });

  it('keep their offsets over a restart, and lose those of a deleted topic', async () => {
    await using kafka = await start();
    const before = await kafka.connect();
    await createTopic(before, 'kept');
    await createTopic(before, 'deleted');
    expect(await commit(before, 'readers', 'kept', 42)).toBe(0);
    expect(await commit(before, 'readers', 'deleted', 7)).toBe(0);
    await kafka.restart();
    const after = await kafka.connect();
    expect(await committed(after, 'readers')).toEqual({ kept: 42, deleted: 7 });
    await after.send(deleteTopicsApi, 5, { topicNames: ['deleted'], timeoutMs: 1000 });
    expect(await committed(after, 'readers')).toEqual({ kept: 42 });
    await kafka.restart();
    expect(await committed(await kafka.connect(), 'readers')).toEqual({ kept: 42 });
  });

  it('that wait for a rebalance do not hold up a stop', async () => {
    await using kafka = await start();
    const member = await kafka.connect();
    const { memberId } = await join(member, 'waiting');
    expect((await join(member, 'waiting', memberId)).errorCode).toBe(0);
    // A second member makes a rebalance that waits for the first one, which does not come.
    const second = await kafka.connect();
    const { memberId: secondId } = await join(second, 'waiting');
    const joined = join(second, 'waiting', secondId);
    await member.send(listGroupsApi, 4, {});
    await kafka.broker.close();
    expect((await joined).errorCode).not.toBe(0);
  });
});

describeOnEveryEngine('groups', (engine) => {
  const kafka = new WireClients(engine);
  afterAll(() => kafka.close());

  it('lose the offsets of a topic that is deleted', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'groups-kept');
    await createTopic(client, 'groups-deleted');
    await findCoordinator(client, 0, 'groups-readers');
    // Nor does it serve at once what it says that it coordinates.
    while (isRetriable(await commit(client, 'groups-readers', 'groups-kept', 42))) await delay(10);
    expect(await commit(client, 'groups-readers', 'groups-deleted', 7)).toBe(0);
    expect(await committed(client, 'groups-readers')).toEqual({ 'groups-kept': 42, 'groups-deleted': 7 });
    await client.send(deleteTopicsApi, 5, { topicNames: ['groups-deleted'], timeoutMs: 10_000 });
    // Apache Kafka's coordinator follows its controller.
    while ('groups-deleted' in (await committed(client, 'groups-readers'))) await delay(10);
    expect(await committed(client, 'groups-readers')).toEqual({ 'groups-kept': 42 });
  });

  it('find this broker for a transaction too, or are told why not', async () => {
    const client = await kafka.connect();
    expect(await findCoordinator(client, 1, 'groups-tx')).toMatchObject({ host: engine.host, port: engine.port });
    const unknown = await client.send(findCoordinatorApi, 4, { keyType: 9, coordinatorKeys: ['x'] });
    expect(unknown.coordinators[0]!.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('see the partitions that were added to a topic', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'groups-grown');
    const { results } = await client.send(createPartitionsApi, 3, {
      topics: [{ name: 'groups-grown', count: 3, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    expect(results[0]!.errorCode).toBe(0);
    await untilLed(client, 'groups-grown', 3);
    const { topics } = await client.send(offsetCommitApi, 8, {
      groupId: 'groups-readers',
      memberId: '',
      topics: [
        {
          name: 'groups-grown',
          partitions: [2, 3].map((partitionIndex) => ({ partitionIndex, committedOffset: 1, committedMetadata: null })),
        },
      ],
    });
    expect(new Map(topics[0]!.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]))).toEqual(
      new Map([
        [2, 0],
        [3, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ]),
    );
  });
});
