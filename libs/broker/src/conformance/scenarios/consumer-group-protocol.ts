/** Next-generation groups (KIP-848): heartbeats, what administrators see of them, and offsets. */
import {
  consumerGroupDescribeApi,
  consumerGroupHeartbeatApi,
  deleteGroupsApi,
  describeGroupsApi,
  listGroupsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
} from '../../protocol/index.ts';
import type { Scenario } from '../session.ts';
import {
  heartbeatOf,
  Heartbeats,
  joiningOf,
  LATEST,
  partitionsOf,
  readableTopic,
} from './consumer-group-heartbeats.ts';
import { soleMember } from './groups.ts';

const requests: Scenario = {
  name: 'what a request must have',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const group = new Heartbeats(session, version, 'group');
    await group.join('no rebalance timeout', 'a', [topic], { rebalanceTimeoutMs: -1 });
    await group.join('a rebalance timeout of 0', 'zero', [topic], {
      rebalanceTimeoutMs: 0,
      groupId: session.named('z'),
    });
    await group.join('no partitions', 'a', [topic], { topicPartitions: null });
    await group.join('partitions', 'a', [topic], { topicPartitions: partitionsOf(topic, 0) });
    await group.join('no subscription', 'a', [topic], { subscribedTopicNames: null });
    await group.join('an empty group id', 'a', [topic], { groupId: '' });
    await group.join('a blank group id', 'a', [topic], { groupId: ' ' });
    await group.join('an empty instance id', 'a', [topic], { instanceId: '' });
    await group.join('an empty rack', 'a', [topic], { rackId: '' });
    await group.join('an unknown assignor', 'a', [topic], { serverAssignor: 'mine' });
    await group.join('an empty assignor', 'a', [topic], { serverAssignor: '' });
    await group.beat('an epoch below -2', 'a', -3);
    await group.beat('epoch -2 without an instance id', 'a', -2);
    await group.beat('a group that is not there', 'a', 2);
    await group.beat('leaving a group that is not there', 'a', -1);
    await group.join('an empty member id', '', [topic], { groupId: session.named('unnamed') });
    await group.beat('an empty member id and an epoch', '', 1);
    await group.beat('an empty member id that leaves', '', -1);
  },
};

const oneMember: Scenario = {
  name: 'one member',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 3);
    const group = new Heartbeats(session, version, 'group');
    const all = partitionsOf(topic, 0, 1, 2);
    const full = { rebalanceTimeoutMs: 30_000, subscribedTopicNames: [topic.name], topicPartitions: all };
    await group.join('joins', 'a', [topic]);
    await group.describe('the group');
    await group.beat('nothing new', 'a', 2);
    await group.beat('what it owns', 'a', 2, { topicPartitions: all });
    await group.beat('everything', 'a', 2, full);
    await group.beat('everything but the timeout', 'a', 2, { ...full, rebalanceTimeoutMs: -1 });
    await group.beat('a lower epoch', 'a', 1, { topicPartitions: [] });
    await group.beat('a higher epoch', 'a', 8);
    await group.beat('another member', 'b', 2);
    await group.beat('an instance id that nobody has', 'a', 2, { instanceId: 'one' });
    await group.join('joins again', 'a', [topic]);
    await group.beat('another timeout', 'a', 2, { rebalanceTimeoutMs: 20_000 });
    await group.beat('a rack', 'a', 2, { rackId: 'r1' });
    await group.beat('another assignor', 'a', 2, { serverAssignor: 'range' });
    await group.describe('the group with them');
    await group.beat('no topics', 'a', 2, { subscribedTopicNames: [] });
    await group.beat('has given up all', 'a', 2, { topicPartitions: [] });
    await group.describe('the group without topics');
    await group.beat('the topic again', 'a', 3, { subscribedTopicNames: [topic.name] });
    await group.beat('the epoch before', 'a', 3, { topicPartitions: [] });
    await group.beat('the epoch before with other partitions', 'a', 2, { topicPartitions: all });
    await group.beat('leaves', 'a', -1);
    await group.beat('leaves again', 'a', -1);
    await group.describe('the empty group');
    await group.join('a topic that is not there', 'c', [], { subscribedTopicNames: [session.named('none')] });
    await group.describe('the group of a topic that is not there');
  },
};

const nothingSubscribed: Scenario = {
  name: 'no topics',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const group = new Heartbeats(session, version, 'group');
    await group.join('joins without topics', 'a', []);
    await group.describe('the group');
    await group.beat('nothing new', 'a', 2);
    await group.join('another one', 'b', []);
    await group.describe('the group of two');
  },
};

const twoMembers: Scenario = {
  name: 'two members',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 4);
    const group = new Heartbeats(session, version, 'group');
    await group.join('the first', 'a', [topic]);
    await group.join('the second', 'b', [topic]);
    await group.describe('while one waits for the other');
    await group.beat('the second waits', 'b', 3);
    await group.beat('the first is to give up', 'a', 2, { topicPartitions: partitionsOf(topic, 0, 1, 2, 3) });
    await group.beat('the first is asked again', 'a', 2);
    await group.describe('while the first has to give up');
    await group.beat('the second still waits', 'b', 3);
    await group.beat('the first has given up', 'a', 2, { topicPartitions: partitionsOf(topic, 0, 1) });
    await group.beat('the second gets its share', 'b', 3, { topicPartitions: [] });
    await group.describe('both have their share');
    await group.join('the second joins again', 'b', [topic]);
    await group.beat('the first leaves', 'a', -1);
    await group.beat('the second gets all', 'b', 3, { topicPartitions: partitionsOf(topic, 2, 3) });
    await group.describe('one is left');
  },
};

const staticMembers: Scenario = {
  name: 'static members',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const group = new Heartbeats(session, version, 'group');
    const one = { instanceId: 'one' };
    await group.join('joins', 'a', [topic], one);
    await group.describe('the group');
    await group.join('another in its place', 'b', [topic], one);
    await group.join('itself again', 'a', [topic], one);
    await group.beat('another with its instance id', 'b', 2, one);
    await group.beat('without its instance id', 'a', 2);
    await group.beat('another leaves in its name', 'b', -1, one);
    await group.beat('an instance that is not there leaves', 'a', -2, { instanceId: 'two' });
    await group.beat('goes for a while', 'a', -2, one);
    await group.describe('while it is away');
    await group.beat('is heard of while away', 'a', 2, one);
    await group.join('comes back', 'c', [topic], one);
    await group.describe('when it is back');
    await group.beat('the one before', 'a', 2, one);
    await group.beat('goes for good', 'c', -1, one);
    await group.describe('when it is gone');
  },
};

const regularExpressions: Scenario = {
  name: 'regular expressions',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    if (version < 1) return;
    const group = new Heartbeats(session, version, 'group');
    for (const subscribedTopicRegex of ['[', '(', '*', 'a**', '(?=a)', '\\1', 'a{2,1}', '\\'])
      await group.join(`an invalid one: ${subscribedTopicRegex}`, 'a', [], {
        subscribedTopicNames: null,
        subscribedTopicRegex,
      });
    await group.join('an empty one', 'a', [], { subscribedTopicNames: null, subscribedTopicRegex: '' });
  },
};

const description: Scenario = {
  name: 'description',
  api: consumerGroupDescribeApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const groupId = session.named('group');
    const classic = await soleMember(session, 'classic');
    const joining = { ...joiningOf(groupId, 'a', [topic]), rackId: 'r1', instanceId: 'one' };
    await session.prepare(consumerGroupHeartbeatApi, LATEST, joining);
    const ask = (label: string, groupIds: string[], includeAuthorizedOperations = false) =>
      session.ask(label, consumerGroupDescribeApi, version, { groupIds, includeAuthorizedOperations });
    await ask('a group', [groupId]);
    await ask('authorized operations', [groupId], true);
    await ask('an unknown group', [session.named('unknown')]);
    await ask('authorized operations of an unknown group', [session.named('unknown')], true);
    await ask('a classic group', [classic.groupId]);
    await ask('a group without a name', ['']);
    await ask('no groups', []);
    await ask('a group twice', [groupId, groupId]);
    await ask('two groups', [groupId, session.named('unknown')]);
  },
};

const administration: Scenario = {
  name: 'next-generation groups',
  api: listGroupsApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const groupId = session.named('group');
    await session.prepare(consumerGroupHeartbeatApi, LATEST, joiningOf(groupId, 'a', [topic]));
    const list = (label: string, statesFilter: string[] = [], typesFilter: string[] = []) =>
      session.ask(label, listGroupsApi, version, { statesFilter, typesFilter });
    await list('all');
    if (version >= 4) for (const state of ['Stable', 'Empty', 'Assigning', 'Reconciling']) await list(state, [state]);
    if (version >= 5) for (const type of ['consumer', 'Consumer', 'classic']) await list(`type ${type}`, [], [type]);
    for (const describeVersion of [5, 6])
      await session.ask(`described as a classic group ${describeVersion}`, describeGroupsApi, describeVersion, {
        groups: [groupId],
      });
    const remove = (label: string) => session.ask(label, deleteGroupsApi, 2, { groupsNames: [groupId] });
    await remove('deleted with a member');
    await session.prepare(consumerGroupHeartbeatApi, LATEST, heartbeatOf(groupId, 'a', -1));
    await list('all, when it is empty');
    await remove('deleted');
    await list('all, when it is gone');
  },
};

const commits: Scenario = {
  name: 'next-generation groups',
  api: offsetCommitApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const groupId = session.named('group');
    await session.prepare(consumerGroupHeartbeatApi, LATEST, joiningOf(groupId, 'a', [topic]));
    const ask = (label: string, memberId: string, generationIdOrMemberEpoch: number, partition = 0) =>
      session.ask(label, offsetCommitApi, version, {
        groupId,
        memberId,
        generationIdOrMemberEpoch,
        topics: [
          {
            ...topic,
            partitions: [{ partitionIndex: partition, committedOffset: 1, committedMetadata: null }],
          },
        ],
      });
    await ask('a member', 'a', 2);
    await ask('a higher epoch', 'a', 3);
    await ask('a lower epoch', 'a', 0);
    await ask('nobody', '', -1);
    await ask('an unknown member', 'b', 2);
    await session.prepare(consumerGroupHeartbeatApi, LATEST, joiningOf(groupId, 'b', [topic]));
    await session.prepare(consumerGroupHeartbeatApi, LATEST, {
      ...heartbeatOf(groupId, 'a', 2),
      topicPartitions: partitionsOf(topic, 0, 1),
    });
    await ask('what it is to give up', 'a', 2, 1);
    await session.prepare(consumerGroupHeartbeatApi, LATEST, {
      ...heartbeatOf(groupId, 'a', 2),
      topicPartitions: partitionsOf(topic, 0),
    });
    await ask('what it has kept, with its older epoch', 'a', 2, 0);
    await ask('what it has given up, with its older epoch', 'a', 2, 1);
    await session.ask('offsets of a topic that is read are deleted', offsetDeleteApi, 0, {
      groupId,
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }],
    });
    for (const memberId of ['a', 'b'])
      await session.prepare(consumerGroupHeartbeatApi, LATEST, heartbeatOf(groupId, memberId, -1));
    await ask('nobody, to the empty group', '', -1);
    await ask('a member, to the empty group', 'a', 3);
    await session.ask('offsets of a topic that was read are deleted', offsetDeleteApi, 0, {
      groupId,
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }],
    });
  },
};

const fetches: Scenario = {
  name: 'next-generation groups',
  api: offsetFetchApi,
  run: async (session, version) => {
    if (version < 9) return;
    const topic = await readableTopic(session, 2);
    const groupId = session.named('group');
    await session.prepare(consumerGroupHeartbeatApi, LATEST, joiningOf(groupId, 'a', [topic]));
    const ask = (label: string, memberId: string | null, memberEpoch: number) =>
      session.ask(label, offsetFetchApi, version, {
        groups: [{ groupId, memberId, memberEpoch, topics: [{ ...topic, partitionIndexes: [0] }] }],
      });
    await ask('a member', 'a', 2);
    await ask('a higher epoch', 'a', 3);
    await ask('epoch 0', 'a', 0);
    await ask('nobody', null, -1);
    await ask('an empty member id', '', -1);
    await ask('an unknown member', 'b', 2);
    await ask('nobody with an epoch', null, 2);
  },
};

export const consumerGroupProtocolScenarios: readonly Scenario[] = [
  administration,
  requests,
  oneMember,
  nothingSubscribed,
  twoMembers,
  staticMembers,
  regularExpressions,
  description,
  commits,
  fetches,
];
