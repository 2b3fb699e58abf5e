/** What administrators' tools ask of one node, as Apache Kafka's own tools, librdkafka and kafkajs send it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  alterPartitionReassignmentsApi,
  createAclsApi,
  deleteAclsApi,
  describeAclsApi,
  describeClientQuotasApi,
  describeQuorumApi,
  describeUserScramCredentialsApi,
  electLeadersApi,
  ErrorCode,
  listConfigResourcesApi,
  listPartitionReassignmentsApi,
} from '../protocol/index.ts';
import { createTopic } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';

let kafka: TestBroker;
beforeAll(async () => {
  kafka = await TestBroker.start();
});
afterAll(() => kafka[Symbol.asyncDispose]());

describe('Access control, quotas and credentials', () => {
  it('are not there, and are answered as Apache Kafka without an authorizer answers', async () => {
    const client = await kafka.connect();
    const filter = {
      resourceTypeFilter: 1,
      resourceNameFilter: null,
      patternTypeFilter: 1,
      principalFilter: null,
      hostFilter: null,
      operation: 1,
      permissionType: 1,
    };
    const creation = {
      resourceType: 2,
      resourceName: 'orders',
      resourcePatternType: 3,
      principal: 'User:somebody',
      host: '*',
      operation: 3,
      permissionType: 3,
    };
    expect(await client.send(describeAclsApi, 3, filter)).toMatchObject({ errorCode: ErrorCode.SECURITY_DISABLED });
    const { results } = await client.send(createAclsApi, 3, { creations: [creation] });
    expect(results.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.SECURITY_DISABLED]);
    const { filterResults } = await client.send(deleteAclsApi, 3, { filters: [filter] });
    expect(filterResults.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.SECURITY_DISABLED]);
    const quotas = await client.send(describeClientQuotasApi, 1, { components: [], strict: false });
    expect(quotas).toMatchObject({ errorCode: ErrorCode.NONE, entries: [] });
    const refused = { components: [{ entityType: 'planet', matchType: 2, match: null }], strict: false };
    expect(await client.send(describeClientQuotasApi, 1, refused)).toMatchObject({
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      entries: null,
    });
    const users = ['one', 'two', 'one'].map((name) => ({ name }));
    const credentials = await client.send(describeUserScramCredentialsApi, 0, { users });
    expect(credentials.results.map(({ user, errorCode }) => [user, errorCode])).toEqual([
      ['one', ErrorCode.DUPLICATE_RESOURCE],
      ['two', ErrorCode.RESOURCE_NOT_FOUND],
    ]);
  });
});

describe('Leaders and replicas', () => {
  it('are where they are: no election is needed and no reassignment under way', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'placed', { partitions: 2 });
    const election = await client.send(electLeadersApi, 2, {
      electionType: 0,
      topicPartitions: [
        { topic: 'placed', partitions: [0, 7] },
        { topic: 'missing', partitions: [0] },
      ],
    });
    const codes = election.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult);
    expect(codes.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.ELECTION_NOT_NEEDED,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    const everything = await client.send(electLeadersApi, 2, { electionType: 0, topicPartitions: null });
    expect(everything.replicaElectionResults.every(({ partitionResult }) => partitionResult.length === 0)).toBe(true);
    const under = await client.send(listPartitionReassignmentsApi, 0, { topics: null });
    expect(under).toMatchObject({ errorCode: ErrorCode.NONE, topics: [] });
  });

  it('take a reassignment to this node, and refuse any other', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'moved');
    const reassign = async (replicas: number[] | null, name = 'moved', partitionIndex = 0): Promise<number> => {
      const topics = [{ name, partitions: [{ partitionIndex, replicas }] }];
      const { responses } = await client.send(alterPartitionReassignmentsApi, 1, { topics });
      return responses[0]!.partitions[0]!.errorCode;
    };
    expect(await reassign([1])).toBe(ErrorCode.NONE);
    for (const replicas of [[], [7], [1, 7], [1, 1], [-1]])
      expect(await reassign(replicas)).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    expect(await reassign(null)).toBe(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    expect(await reassign([1], 'moved', 3)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await reassign([1], 'missing')).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });
});

describe('The quorum', () => {
  it('is this node, with its metadata log', async () => {
    const client = await kafka.connect();
    const ask = (topicName: string, partitionIndex: number) =>
      client.send(describeQuorumApi, 2, { topics: [{ topicName, partitions: [{ partitionIndex }] }] });
    const { topics, nodes } = await ask('__cluster_metadata', 0);
    const [partition] = topics[0]!.partitions;
    expect(partition).toMatchObject({ errorCode: ErrorCode.NONE, leaderId: 1, observers: [] });
    expect(partition!.highWatermark).toBeGreaterThan(0);
    expect(partition!.currentVoters).toMatchObject([{ replicaId: 1, logEndOffset: partition!.highWatermark }]);
    expect(nodes).toMatchObject([{ nodeId: 1, listeners: [{ port: kafka.port }] }]);
    const other = await ask('orders', 0);
    expect(other.topics[0]!.partitions[0]!.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });
});

describe('Resources with settings', () => {
  it('are every topic and this node', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'listed');
    const ask = (version: number, resourceTypes: number[]) =>
      client.send(listConfigResourcesApi, version, { resourceTypes });
    expect((await ask(0, [])).configResources).toEqual([]);
    expect((await ask(1, [])).configResources).toEqual(
      expect.arrayContaining([
        { resourceName: '1', resourceType: 4 },
        { resourceName: 'listed', resourceType: 2 },
      ]),
    );
    expect((await ask(1, [4])).configResources).toEqual([{ resourceName: '1', resourceType: 4 }]);
    expect(await ask(1, [77])).toMatchObject({ errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] });
  });
});
