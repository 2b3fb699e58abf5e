import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../protocol/index.ts';
import { defaultGroupConfig, type GroupConfig } from '../index.ts';
import { assigned, describeConsumer, heartbeat, join, owning } from '../testing/consumer-requests.ts';
import { GroupWorld, joinedOf, type Joined } from '../testing/group-world.ts';
import { encodeAssignment } from './consumer-protocol.ts';

const four = ['orders-0', 'orders-1', 'orders-2', 'orders-3'];

function withPolicy(migrationPolicy: GroupConfig['consumer']['migrationPolicy']): Partial<GroupConfig> {
  return { consumer: { ...defaultGroupConfig.consumer, migrationPolicy } };
}

/** A classic group of one member that has all partitions of `orders`. */
async function classicGroup(world: GroupWorld, hasUserData = false): Promise<Joined> {
  const joined = joinedOf(await world.run(world.joinWithId()));
  const orders = new Map([[world.topics.topicId('orders')!, new Set([0, 1, 2, 3])]]);
  const bytes = encodeAssignment(orders, (topicId) => world.topics.topicName(topicId), 1);
  const assignment = hasUserData ? Buffer.concat([bytes.subarray(0, -4), Buffer.from([0, 0, 0, 1, 7])]) : bytes;
  await world.run(world.sync(joined, { [joined.memberId]: assignment.toString('latin1') }));
  return joined;
}

describe('a classic group that a consumer joins', () => {
  it('keeps its members and what they have, and tells them to join again', async () => {
    const world = await GroupWorld.open();
    const { memberId, generationId } = await classicGroup(world);
    const answer = await join(world, 'a');
    expect(answer).toMatchObject({ errorCode: 0, memberEpoch: generationId + 1 });
    expect(assigned(world, answer)).toEqual([]);
    const { members } = await describeConsumer(world);
    expect(members.map((member) => [member.memberId, member.memberType]).sort()).toEqual(
      [
        ['a', 1],
        [memberId, 0],
      ].sort(),
    );
    const beat = await world.run(world.heartbeat({ memberId, generationId }));
    expect(beat.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    // Its subscription says that it has nothing any more: all that is not its own is released at once.
    const again = await world.run(world.join({ memberId }));
    expect(again).toMatchObject({ errorCode: 0, generationId: generationId + 1, leader: '', members: [] });
    const synced = await world.run(world.sync(joinedOf(again)));
    expect(synced.errorCode).toBe(0);
    expect(assigned(world, await heartbeat(world, 'a', generationId + 1))).toHaveLength(2);
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('is as it was, of both protocols, after a power cut', async () => {
    const world = await GroupWorld.open();
    await classicGroup(world);
    await join(world, 'a');
    const again = await world.restart();
    expect(await describeConsumer(again)).toEqual(await describeConsumer(world));
  });

  it.each([
    ['the policy does not allow it', withPolicy('downgrade'), false],
    ['its assignor is a custom one', {}, true],
  ] as const)('stays classic when %s', async (_, config, hasUserData) => {
    const world = await GroupWorld.open(config);
    const member = await classicGroup(world, hasUserData);
    expect(await join(world, 'a')).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND });
    expect((await world.run(world.heartbeat(member))).errorCode).toBe(0);
    expect((await world.describe()).groupState).toBe('Stable');
  });

  it('stays classic when it is of no consumers', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ protocolType: 'connect' });
    expect(await join(world, 'a')).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND });
  });
});

describe('a next-generation group that a classic member joins', () => {
  it('gives it its share when the others have given it up', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const joined = joinedOf(await world.run(world.joinWithId()));
    expect(joined.generationId).toBe(3);
    expect((await world.run(world.sync(joined))).assignment.length).toBeGreaterThan(0);
    const kept = assigned(world, await heartbeat(world, 'a', 2, { topicPartitions: owning(world, four) }))!;
    expect((await world.run(world.heartbeat(joined))).errorCode).toBe(0);
    await heartbeat(world, 'a', 2, { topicPartitions: owning(world, kept) });
    expect((await world.run(world.heartbeat(joined))).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = joinedOf(await world.run(world.join({ memberId: joined.memberId })));
    expect(again.generationId).toBe(3);
    await world.run(world.sync(again));
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('refuses it when the policy says so, and when it speaks of something else', async () => {
    const world = await GroupWorld.open(withPolicy('disabled'));
    await join(world, 'a');
    expect((await world.run(world.join())).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    const open = await GroupWorld.open();
    await join(open, 'a');
    const other = await open.run(open.join({ protocolType: 'connect' }));
    expect(other.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  it('takes it out when it does not come back to join, or to sync', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const joined = joinedOf(await world.run(world.joinWithId({ rebalanceTimeoutMs: 8000, sessionTimeoutMs: 30_000 })));
    for (let seconds = 0; seconds < 9; seconds += 3) {
      await world.run(world.heartbeat(joined));
      await world.clock.advance(3000);
    }
    expect((await describeConsumer(world)).members).toHaveLength(1);
    expect((await world.run(world.heartbeat(joined))).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

describe('a group that its last member of the consumer protocol leaves', () => {
  async function mixed(config: Partial<GroupConfig> = {}): Promise<{ world: GroupWorld; classic: Joined }> {
    const world = await GroupWorld.open(config);
    await join(world, 'a');
    const classic = joinedOf(await world.run(world.joinWithId()));
    await world.run(world.sync(classic));
    return { world, classic };
  }

  it('is a classic one again, whose members are to join', async () => {
    const { world, classic } = await mixed();
    expect(await heartbeat(world, 'a', -1)).toMatchObject({ errorCode: 0 });
    const described = await world.describe();
    expect(described).toMatchObject({ groupState: 'PreparingRebalance', protocolType: 'consumer' });
    expect(described.members.map(({ memberId }) => memberId)).toEqual([classic.memberId]);
    const again = await world.run(world.join({ memberId: classic.memberId }));
    expect(again).toMatchObject({ errorCode: 0, leader: classic.memberId });
    expect(again.members).toHaveLength(1);
    await world.run(world.sync(joinedOf(again), { [classic.memberId]: 'all' }));
    expect((await world.run(world.heartbeat(joinedOf(again)))).errorCode).toBe(0);
    const restarted = await world.restart();
    expect((await restarted.describe()).groupState).toBe('Stable');
  });

  it('is so also when that member falls silent', async () => {
    const { world, classic } = await mixed();
    for (let seconds = 0; seconds < 50; seconds += 5) {
      await world.run(world.heartbeat(classic));
      await world.clock.advance(5000);
    }
    expect((await world.describe()).protocolType).toBe('consumer');
    expect((await describeConsumer(world)).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
  });

  it('stays one of the consumer protocol when the policy says so', async () => {
    const { world } = await mixed(withPolicy('upgrade'));
    await heartbeat(world, 'a', -1);
    expect((await describeConsumer(world)).members).toHaveLength(1);
  });
});

describe('an empty group', () => {
  it('takes the protocol of who comes, and keeps its offsets', async () => {
    const world = await GroupWorld.open();
    await world.commit({ 1: 5 });
    await join(world, 'a');
    expect(await world.offsets()).toEqual({ 'orders-1': 5 });
    await heartbeat(world, 'a', -1);
    await world.stableGroup();
    expect((await world.describe()).groupState).toBe('Stable');
    expect(await world.offsets()).toEqual({ 'orders-1': 5 });
    const again = await world.restart();
    expect((await again.describe()).groupState).toBe('Stable');
    expect(await again.offsets()).toEqual({ 'orders-1': 5 });
  });

  it('is still of the consumer protocol when nobody came of it', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    await heartbeat(world, 'a', -1);
    expect((await world.run(world.join({ memberId: 'nobody' }))).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await describeConsumer(world)).toMatchObject({ errorCode: 0, groupState: 'Empty' });
  });

  it('and its offsets are forgotten after their time', async () => {
    const world = await GroupWorld.open({ offsetsRetentionMs: 1000, offsetsRetentionCheckIntervalMs: 500 });
    await join(world, 'a');
    await world.commit({ 1: 5 }, { memberId: 'a', generationIdOrMemberEpoch: 2, version: 9 });
    await world.clock.advance(2000);
    expect(await world.offsets()).toEqual({ 'orders-1': 5 });
    await heartbeat(world, 'a', -1);
    await world.clock.advance(2000);
    expect(await world.offsets()).toEqual({});
    expect(await world.states()).toEqual({});
    expect(await (await world.restart()).states()).toEqual({});
  });
});

describe('offsets of a next-generation group', () => {
  it('are committed by members in their epoch, or of what they have had since an older one', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const commit = (epoch: number, partition: number, version = 9) =>
      world.commit({ [partition]: 1 }, { memberId: 'a', generationIdOrMemberEpoch: epoch, version });
    expect(await commit(2, 0)).toEqual([0]);
    expect(await commit(3, 0)).toEqual([ErrorCode.STALE_MEMBER_EPOCH]);
    expect(await commit(2, 0, 8)).toEqual([ErrorCode.UNSUPPORTED_VERSION]);
    expect(await world.commit({ 0: 1 })).toEqual([ErrorCode.UNKNOWN_MEMBER_ID]);
    await join(world, 'b');
    const kept = assigned(world, await heartbeat(world, 'a', 2, { topicPartitions: owning(world, four) }))!;
    await heartbeat(world, 'a', 2, { topicPartitions: owning(world, kept) });
    expect(await commit(2, 0)).toEqual([0]);
    expect(await commit(2, 3)).toEqual([ErrorCode.STALE_MEMBER_EPOCH]);
  });

  it('are read by members in their epoch, and by anybody who names no member', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const fetch = async (memberId: string | null, memberEpoch: number) =>
      (await world.fetch([{ groupId: 'g', memberId, memberEpoch, topics: null }], 9)).groups![0]!.errorCode;
    expect(await fetch('a', 2)).toBe(0);
    expect(await fetch(null, -1)).toBe(0);
    expect(await fetch('a', 1)).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(await fetch('b', 2)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});
