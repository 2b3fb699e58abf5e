/** Next-generation groups (KIP-848) over the wire, through restarts and kill -9. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import {
  apiVersionsApi,
  consumerGroupDescribeApi,
  consumerGroupHeartbeatApi,
  createPartitionsApi,
  incrementalAlterConfigsApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
} from '../protocol/index.ts';
import { BrokerProcess } from './testing/broker-process.ts';
import { createTopic } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import { WireClient } from './testing/wire-client.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(120_000);

const GROUP = 32;
const config = { 'offsets.topic.num.partitions': '4' };

function join(client: WireClient, memberId: string, subscribedTopicNames = ['orders']) {
  const telling = { rebalanceTimeoutMs: 60_000, subscribedTopicNames, topicPartitions: [] };
  return client.send(consumerGroupHeartbeatApi, 1, { groupId: 'g', memberId, memberEpoch: 0, ...telling });
}

const beat = (client: WireClient, memberId: string, memberEpoch: number) =>
  client.send(consumerGroupHeartbeatApi, 1, { groupId: 'g', memberId, memberEpoch });

async function describeGroup(client: WireClient) {
  return (await client.send(consumerGroupDescribeApi, 1, { groupIds: ['g'] })).groups[0]!;
}

describe('next-generation groups', () => {
  it('are a finalized feature of the broker', async () => {
    await using kafka = await TestBroker.start({ config });
    const client = await kafka.connect();
    const versions = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
    const answer = await client.send(apiVersionsApi, 4, versions);
    expect(answer.finalizedFeatures).toContainEqual({ name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 });
  });

  it('see the partitions that are added to a topic by their next heartbeat', async () => {
    await using kafka = await TestBroker.start({ config });
    const client = await kafka.connect();
    await createTopic(client, 'orders');
    const { memberEpoch } = await join(client, 'a');
    const topics = [{ name: 'orders', count: 3, assignments: null }];
    await client.send(createPartitionsApi, 3, { topics, timeoutMs: 1000, validateOnly: false });
    const answer = await beat(client, 'a', memberEpoch);
    expect(answer.memberEpoch).toBe(memberEpoch + 1);
    expect(answer.assignment?.topicPartitions[0]?.partitions).toEqual([0, 1, 2]);
  });

  it('heed what is set for one of them', async () => {
    await using kafka = await TestBroker.start({ config });
    const client = await kafka.connect();
    await createTopic(client, 'orders');
    expect((await join(client, 'a')).heartbeatIntervalMs).toBe(5000);
    const configs = [{ name: 'consumer.heartbeat.interval.ms', configOperation: 0, value: '7000' }];
    const resources = [{ resourceType: GROUP, resourceName: 'g', configs }];
    const { responses } = await client.send(incrementalAlterConfigsApi, 1, { resources, validateOnly: false });
    expect(responses[0]!.errorCode).toBe(0);
    expect((await beat(client, 'a', 2)).heartbeatIntervalMs).toBe(7000);
  });

  it('are as they were after kill -9, with their offsets', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-consumer-groups-'));
    const before = await BrokerProcess.start({ dataDir, flush: 'fsync', config });
    const client = await WireClient.connect(before.port);
    await createTopic(client, 'orders');
    await join(client, 'a');
    await join(client, 'b');
    const partitions = [{ partitionIndex: 0, committedOffset: 7, committedMetadata: null }];
    const commit = {
      groupId: 'g',
      memberId: 'a',
      generationIdOrMemberEpoch: 2,
      topics: [{ name: 'orders', partitions }],
    };
    expect((await client.send(offsetCommitApi, 9, commit)).topics[0]!.partitions[0]!.errorCode).toBe(0);
    const described = await describeGroup(client);
    expect(described.members).toHaveLength(2);
    await before.kill();
    const after = await BrokerProcess.start({ dataDir, flush: 'fsync', config });
    const again = await WireClient.connect(after.port);
    expect(await describeGroup(again)).toEqual(described);
    const fetch = { groupId: 'g', memberId: 'a', memberEpoch: 2, topics: [{ name: 'orders', partitionIndexes: [0] }] };
    const { groups } = await again.send(offsetFetchApi, 9, { groups: [fetch] });
    expect(groups[0]!.topics[0]!.partitions[0]!.committedOffset).toBe(7);
    expect((await beat(again, 'a', 2)).errorCode).toBe(0);
    expect((await again.send(listGroupsApi, 5, { typesFilter: ['consumer'] })).groups).toHaveLength(1);
    await after.kill();
    await rm(dataDir, { recursive: true, force: true });
  });
});
