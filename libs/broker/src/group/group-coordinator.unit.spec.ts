import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../protocol/index.ts';
import { coordinatorPartition } from '../state-machine/index.ts';
import { defaultGroupConfig, GroupCoordinator } from './index.ts';
import { GroupWorld, joinedOf, subscription, TestTopics } from './testing/group-world.ts';

describe('the partition of a group', () => {
  // Computed by Java: Utils.abs(groupId.hashCode()) % 50. The hash of polygenelubricants is -2^31.
  it.each([
    ['', 0],
    ['g', 3],
    ['payments', 13],
    ['social-feed', 42],
    ['my-group', 12],
    ['polygenelubricants', 0],
    ['ünïcode-グループ', 17],
  ])('of "%s" is %i of 50, as in every Kafka', (groupId, partition) => {
    expect(coordinatorPartition(groupId, 50)).toBe(partition);
  });
});

describe('groups after a restart of the broker', () => {
  it('have their members, who work on as if nothing had happened', async () => {
    const world = await GroupWorld.open();
    const [leader, follower] = await world.stablePair();
    const again = await world.restart();
    expect(await again.describe()).toEqual(await world.describe());
    for (const member of [leader, follower]) expect(await again.heartbeat(member)).toEqual({ errorCode: 0 });
    expect(await again.run(again.sync(follower))).toMatchObject({ errorCode: 0, assignment: Buffer.from('b') });
    const own = { memberId: leader.memberId, generationIdOrMemberEpoch: leader.generationId };
    expect(await again.commit({ 0: 5 }, own)).toEqual([0]);
  });

  it('lose members that do not come back within their session', async () => {
    const world = await GroupWorld.open();
    const [, follower] = await world.stablePair();
    const again = await world.restart();
    await again.clock.advance(9_000);
    await again.heartbeat(follower);
    await again.clock.advance(2_000);
    expect((await again.describe()).members.map(({ memberId }) => memberId)).toEqual([follower.memberId]);
  });

  it('that were rebalancing are at their last assigned generation', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    const second = world.join({ version: 3 });
    const [joined] = await world.run(Promise.all([second, world.join({ memberId: first.memberId })]));
    const again = await world.restart();
    expect(await again.heartbeat(joinedOf(joined))).toEqual({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await again.heartbeat(first)).toEqual({ errorCode: 0 });
  });

  it('that are larger than is allowed now rebalance down to the limit', async () => {
    const world = await GroupWorld.open();
    const [leader, follower] = await world.stablePair();
    const again = await world.restart({ maxSize: 1 });
    expect(await again.states()).toEqual({ g: 'PreparingRebalance' });
    const first = again.join({ memberId: leader.memberId });
    expect(await again.run(again.join({ memberId: follower.memberId }))).toMatchObject({
      errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED,
    });
    await again.clock.advance(60_000);
    expect(await again.run(first)).toMatchObject({ errorCode: 0 });
    expect((await again.describe()).members).toHaveLength(1);
  });
});

describe('groups whose log fails', () => {
  it('tell those who wait to come again, and are as they were before', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    const waiting = world.join({ version: 3 });
    const works = world.failWrites();
    expect(
      await world.commit({ 0: 1 }, { memberId: first.memberId, generationIdOrMemberEpoch: first.generationId }),
    ).toEqual([ErrorCode.NOT_COORDINATOR]);
    works();
    expect(await world.run(waiting)).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR });
    await world.clock.advance(0);
    expect(await world.states()).toEqual({ g: 'Stable' });
    expect(await world.heartbeat(first)).toEqual({ errorCode: 0 });
    expect(world.problems).toHaveLength(1);
  });
});

describe('listing and describing groups', () => {
  it('shows state, protocol and members', async () => {
    const world = await GroupWorld.open();
    const { memberId } = await world.stableGroup();
    expect(await world.describe()).toEqual({
      errorCode: 0,
      groupId: 'g',
      groupState: 'Stable',
      protocolType: 'consumer',
      protocolData: 'range',
      members: [
        {
          memberId,
          groupInstanceId: null,
          clientId: 'client',
          clientHost: '/127.0.0.1',
          memberMetadata: subscription('orders'),
          memberAssignment: Buffer.from('all'),
        },
      ],
    });
    void world.join({ version: 3 });
    expect(await world.describe()).toMatchObject({
      groupState: 'PreparingRebalance',
      protocolData: '',
      members: [{ memberMetadata: Buffer.alloc(0) }, { memberAssignment: Buffer.alloc(0) }],
    });
  });

  it('shows a group that is not there as dead, or from version 6 on as an error', async () => {
    const world = await GroupWorld.open();
    expect(await world.describe('x', 5)).toMatchObject({ errorCode: 0, groupState: 'Dead' });
    expect(await world.describe('x', 6)).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: 'Group x not found.',
      groupState: 'Dead',
    });
  });

  it('filters by state and type, whatever their case', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ group: 'a' });
    await world.commit({ 0: 1 }, { groupId: 'b' });
    const list = async (statesFilter: string[], typesFilter: string[] = []) => {
      const { groups } = await world.run(world.coordinator.listGroups({ statesFilter, typesFilter }, world.context(5)));
      return groups.map(({ groupId, protocolType, groupType }) => [groupId, protocolType, groupType]);
    };
    expect(await list(['stable'])).toEqual([['a', 'consumer', 'classic']]);
    expect(await list(['EMPTY', 'Dead'])).toEqual([['b', '', 'classic']]);
    expect(await list([], ['Classic'])).toHaveLength(2);
    expect(await list([], ['consumer'])).toEqual([]);
  });
});

describe('deleting groups', () => {
  const remove = async (world: GroupWorld, groupsNames: string[]) =>
    (await world.run(world.coordinator.deleteGroups({ groupsNames }, world.context(2)))).results;

  it('takes empty ones with their offsets, for ever', async () => {
    const world = await GroupWorld.open();
    const { memberId } = await world.stableGroup({ group: 'a' });
    await world.run(world.leave([memberId], 'a'));
    await world.commit({ 0: 1, 1: 2 }, { groupId: 'a' });
    await world.commit({ 0: 1 }, { groupId: 'b' });
    expect(await remove(world, ['a', 'b', 'c'])).toEqual([
      { groupId: 'a', errorCode: 0 },
      { groupId: 'b', errorCode: 0 },
      { groupId: 'c', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
    ]);
    for (const each of [world, await world.restart()]) {
      expect(await each.states()).toEqual({});
      expect(await each.offsets('a')).toEqual({});
    }
  });

  it('leaves alone those that have members', async () => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup();
    expect(await remove(world, ['g'])).toEqual([{ groupId: 'g', errorCode: ErrorCode.NON_EMPTY_GROUP }]);
    expect(await world.heartbeat(member)).toEqual({ errorCode: 0 });
  });
});

describe('finding the coordinator', () => {
  const node = { nodeId: 1, host: 'localhost', port: 9092 };

  it('leads to this broker, for one key or several', async () => {
    const { coordinator, context } = await GroupWorld.open();
    const answer = { errorCode: 0, errorMessage: '', ...node };
    const one = { key: 'g', keyType: 0, coordinatorKeys: [] };
    expect(coordinator.findCoordinator(one, context(3), node)).toEqual({ ...answer, errorMessage: 'NONE' });
    const several = { key: '', keyType: 0, coordinatorKeys: ['a', 'b'] };
    expect(coordinator.findCoordinator(several, context(4), node)).toEqual({
      coordinators: [
        { key: 'a', ...answer },
        { key: 'b', ...answer },
      ],
    });
  });

  it('refuses keys of other kinds', async () => {
    const { coordinator, context } = await GroupWorld.open();
    const request = { key: 'x', keyType: 7, coordinatorKeys: [] };
    expect(coordinator.findCoordinator(request, context(1), node)).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      nodeId: -1,
    });
  });
});

describe('a coordinator without its topic', () => {
  it('sends everybody away for a moment', async () => {
    const coordinator = new GroupCoordinator({
      config: defaultGroupConfig,
      topics: new TestTopics(),
    });
    const context = { apiVersion: 4, clientId: null, clientHost: '/127.0.0.1' };
    const beat = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null };
    expect(await coordinator.heartbeat(beat, context)).toEqual({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
    const fetch = { groupId: 'g', topics: null, groups: [], requireStable: false };
    expect(await coordinator.offsetFetch(fetch, context)).toEqual({ errorCode: ErrorCode.NOT_COORDINATOR, topics: [] });
    expect(await coordinator.listGroups({ statesFilter: [], typesFilter: [] }, context)).toEqual({
      errorCode: 0,
      groups: [],
    });
    await coordinator.close();
  });
});

describe('a coordinator that is closed', () => {
  it('answers those who wait', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup();
    const waiting = world.join({ version: 3 });
    await world.clock.advance(0);
    await world.coordinator.close();
    expect(await waiting).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR });
    expect(world.clock.pendingTimers).toBe(0);
    await world.coordinator.close();
  });
});
