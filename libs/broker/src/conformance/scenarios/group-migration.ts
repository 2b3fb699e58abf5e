/** Groups that change their protocol (KIP-848): members of both in one group, and empty groups. */
import {
  consumerGroupHeartbeatApi,
  describeGroupsApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  offsetCommitApi,
  offsetFetchApi,
  syncGroupApi,
} from '../../protocol/index.ts';
import type { Scenario } from '../session.ts';
import { Heartbeats, partitionsOf, readableTopic } from './consumer-group-heartbeats.ts';
import { joinOf, soleMember } from './groups.ts';

/** A classic subscription as Java's consumer writes it in version 1: topics, no user data, owned partitions. */
function subscriptionOf(topic: string, ...owned: number[]): Buffer {
  const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
  const int32 = (value: number) => Buffer.from([value >> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
  const name = Buffer.concat([int16(Buffer.byteLength(topic)), Buffer.from(topic)]);
  const partitions = owned.length === 0 ? [int32(0)] : [int32(1), name, int32(owned.length), ...owned.map(int32)];
  return Buffer.concat([int16(1), int32(1), name, int32(-1), ...partitions]);
}

const classicMembers: Scenario = {
  name: 'classic members in a next-generation group',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const group = new Heartbeats(session, version, 'group');
    const { groupId } = group;
    const protocolsOf = (...owned: number[]) => [{ name: 'range', metadata: subscriptionOf(topic.name, ...owned) }];
    const join = (label: string, memberId: string, owned: number[] = [], changes = {}) =>
      session.ask(label, joinGroupApi, 9, joinOf(groupId, { memberId, protocols: protocolsOf(...owned), ...changes }));
    const sync = (label: string, memberId: string, generationId: number, changes = {}) =>
      session.ask(label, syncGroupApi, 5, {
        groupId,
        generationId,
        memberId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [],
        ...changes,
      });
    const beat = (label: string, memberId: string, generationId: number) =>
      session.ask(label, heartbeatApi, 4, { groupId, generationId, memberId });
    await group.join('a consumer', 'a', [topic]);
    const { memberId = '' } = (await join('a classic member', '')) ?? {};
    await join('a classic member of another type', '', [], { protocolType: 'connect' });
    await join('a classic member with its id', memberId);
    await group.describe('both');
    await sync('the classic member, of another generation', memberId, 10);
    await sync('the classic member, of another protocol', memberId, 3, { protocolName: 'sticky' });
    await sync('the classic member', memberId, 3);
    await beat('the classic member lives', memberId, 3);
    await beat('the consumer as a classic member', 'a', 2);
    await group.beat('the consumer is to give up', 'a', 2, { topicPartitions: partitionsOf(topic, 0, 1) });
    await group.beat('the consumer has given up', 'a', 2, { topicPartitions: partitionsOf(topic, 0) });
    await beat('the classic member is to join', memberId, 3);
    await join('the classic member joins', memberId);
    await sync('the classic member has its share', memberId, 3);
    await beat('the classic member lives again', memberId, 3);
    await group.describe('both with their shares');
    await session.ask('as a classic group', describeGroupsApi, 6, { groups: [groupId] });
    await group.beat('the consumer leaves', 'a', -1);
    await group.describe('when only the classic member is left');
    await session.ask('as a classic group again', describeGroupsApi, 6, { groups: [groupId] });
    await beat('the classic member is to join the classic group', memberId, 3);
    await join('the classic member joins the classic group', memberId, [1]);
    await session.ask('leaves', leaveGroupApi, 5, { groupId, members: [{ memberId }] });
  },
};

const upgrade: Scenario = {
  name: 'a consumer in a classic group',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 2);
    const group = new Heartbeats(session, version, 'group');
    const { groupId } = group;
    const protocols = [{ name: 'range', metadata: subscriptionOf(topic.name) }];
    const { memberId } = await session.prepare(joinGroupApi, 9, joinOf(groupId, { protocols }));
    await session.prepare(joinGroupApi, 9, joinOf(groupId, { protocols, memberId }));
    const int32 = (value: number) => [0, 0, 0, value];
    const name = Buffer.from(topic.name);
    const assignment = Buffer.concat([
      Buffer.from([0, 1, ...int32(1), 0, name.length]),
      name,
      Buffer.from([...int32(2), ...int32(0), ...int32(1), 255, 255, 255, 255]),
    ]);
    await session.prepare(syncGroupApi, 5, {
      groupId,
      generationId: 1,
      memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId, assignment }],
    });
    await group.beat('an unknown member', 'a', 2);
    await group.join('a consumer', 'a', [topic]);
    await group.describe('both');
    await session.ask('listed', listGroupsApi, 5, { typesFilter: ['consumer'] });
    await session.ask('the classic member is to join', heartbeatApi, 4, { groupId, generationId: 1, memberId });
    const kept = [{ name: 'range', metadata: subscriptionOf(topic.name, 0, 1) }];
    await session.ask('it joins with all', joinGroupApi, 9, joinOf(groupId, { protocols: kept, memberId }));
    await group.describe('while it has to give up');
    await session.ask('it syncs', syncGroupApi, 5, {
      groupId,
      generationId: 1,
      memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [],
    });
    await session.ask('it is to join again', heartbeatApi, 4, { groupId, generationId: 1, memberId });
    const less = [{ name: 'range', metadata: subscriptionOf(topic.name, 0) }];
    await session.ask('it joins with less', joinGroupApi, 9, joinOf(groupId, { protocols: less, memberId }));
    await group.beat('the consumer gets its share', 'a', 3);
    await group.describe('both with their shares');
    const connect = await soleMember(session, 'malformed');
    await group.join('a consumer in a group of malformed subscriptions', 'b', [topic], { groupId: connect.groupId });
    await session.ask('it leaves', leaveGroupApi, 5, { groupId, members: [{ memberId }] });
    await group.beat('the consumer gets all', 'a', 3);
  },
};

const emptyGroups: Scenario = {
  name: 'empty groups change their protocol',
  api: consumerGroupHeartbeatApi,
  run: async (session, version) => {
    const topic = await readableTopic(session, 1);
    const group = new Heartbeats(session, version, 'group');
    const { groupId } = group;
    const commit = (label: string) =>
      session.ask(label, offsetCommitApi, 10, {
        groupId,
        memberId: '',
        topics: [{ ...topic, partitions: [{ partitionIndex: 0, committedOffset: 3, committedMetadata: null }] }],
      });
    const fetch = (label: string) =>
      session.ask(label, offsetFetchApi, 10, {
        groups: [{ groupId, topics: [{ ...topic, partitionIndexes: [0] }] }],
      });
    await commit('offsets of nobody');
    await group.join('a consumer', 'a', [topic]);
    await fetch('the offsets are still there');
    await group.beat('it leaves', 'a', -1);
    await group.describe('empty');
    const joined = await session.ask('a classic member', joinGroupApi, 9, joinOf(groupId));
    const memberId = joined?.memberId ?? '';
    await session.ask('the classic member with its id', joinGroupApi, 9, joinOf(groupId, { memberId }));
    await session.ask('it leaves', leaveGroupApi, 5, { groupId, members: [{ memberId }] });
    await group.join('a consumer again', 'b', [topic]);
    await fetch('the offsets are still there after all');
  },
};

export const groupMigrationScenarios: readonly Scenario[] = [classicMembers, upgrade, emptyGroups];
