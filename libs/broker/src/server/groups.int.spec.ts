import { describe, expect, it } from '@jest/globals';
import {
  createPartitionsApi,
  deleteTopicsApi,
  ErrorCode,
  findCoordinatorApi,
  joinGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
} from '../protocol/index.ts';
import { createTopic } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import type { WireClient } from './testing/wire-client.ts';

const start = () => TestBroker.start({ config: { 'offsets.topic.num.partitions': '4' } });

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

  it('find this broker for a transaction too, or are told why not', async () => {
    await using kafka = await start();
    const client = await kafka.connect();
    const { coordinators } = await client.send(findCoordinatorApi, 4, { keyType: 1, coordinatorKeys: ['tx'] });
    expect(coordinators[0]!.key).toBe('tx');
    const unknown = await client.send(findCoordinatorApi, 4, { keyType: 9, coordinatorKeys: ['x'] });
    expect(unknown.coordinators[0]!.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('see the partitions that were added to a topic', async () => {
    await using kafka = await start();
    const client = await kafka.connect();
    await createTopic(client, 'grown');
    const { results } = await client.send(createPartitionsApi, 3, {
      topics: [{ name: 'grown', count: 3, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    expect(results[0]!.errorCode).toBe(0);
    const { topics } = await client.send(offsetCommitApi, 8, {
      groupId: 'readers',
      memberId: '',
      topics: [
        {
          name: 'grown',
          partitions: [2, 3].map((partitionIndex) => ({ partitionIndex, committedOffset: 1, committedMetadata: null })),
        },
      ],
    });
    expect(topics[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
  });
});
