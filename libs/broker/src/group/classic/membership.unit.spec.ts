import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../protocol/index.ts';
import { GroupWorld, joinedOf } from '../testing/group-world.ts';

describe('the session of a member', () => {
  it('goes on with each heartbeat', async () => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup({ sessionTimeoutMs: 10_000 });
    for (let beats = 0; beats < 5; beats++) {
      await world.clock.advance(9_999);
      expect(await world.heartbeat(member)).toEqual({ errorCode: 0 });
    }
    await world.clock.advance(10_000);
    expect(await world.heartbeat(member)).toEqual({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await world.states()).toEqual({ g: 'Empty' });
  });

  it('goes on with each commit', async () => {
    const world = await GroupWorld.open();
    const { memberId, generationId } = await world.stableGroup({ sessionTimeoutMs: 10_000 });
    await world.clock.advance(9_000);
    expect(await world.commit({ 0: 1 }, { memberId, generationIdOrMemberEpoch: generationId })).toEqual([0]);
    await world.clock.advance(9_000);
    expect(await world.heartbeat({ memberId, generationId })).toEqual({ errorCode: 0 });
  });

  it('that ends makes the others rebalance', async () => {
    const world = await GroupWorld.open();
    const [leader, follower] = await world.stablePair();
    await world.clock.advance(9_000);
    await world.heartbeat(follower);
    await world.clock.advance(1_000);
    expect(await world.heartbeat(leader)).toEqual({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await world.heartbeat(follower)).toEqual({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    expect(await world.run(world.join({ memberId: follower.memberId }))).toMatchObject({
      leader: follower.memberId,
      generationId: 3,
    });
  });

  it('does not end while its JoinGroup waits, except of a new member that waits too long', async () => {
    const world = await GroupWorld.open();
    const old = await world.stableGroup({ rebalanceTimeoutMs: 600_000, sessionTimeoutMs: 600_000 });
    const waiting = world.join({ version: 3, rebalanceTimeoutMs: 600_000, sessionTimeoutMs: 6_000 });
    await world.clock.advance(299_000);
    expect((await world.describe()).members).toHaveLength(2);
    await world.clock.advance(1_000);
    expect(await world.run(waiting)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await world.run(world.join({ memberId: old.memberId }))).toMatchObject({ errorCode: 0 });
  });
});

describe('a heartbeat', () => {
  it.each([
    ['of another generation', { generationId: 9 }, 'g', ErrorCode.ILLEGAL_GENERATION],
    ['of a stranger', { memberId: 'stranger' }, 'g', ErrorCode.UNKNOWN_MEMBER_ID],
    ['to an unknown group', {}, 'other', ErrorCode.UNKNOWN_MEMBER_ID],
    ['to no group', {}, '', ErrorCode.INVALID_GROUP_ID],
  ])('%s is refused', async (_what, changes, group, errorCode) => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup();
    expect(await world.heartbeat({ ...member, ...changes }, group)).toEqual({ errorCode });
  });
});

describe('a member that leaves', () => {
  it('makes the others rebalance at once', async () => {
    const world = await GroupWorld.open();
    const [leader, follower] = await world.stablePair();
    expect(await world.run(world.leave([leader.memberId]))).toEqual({
      errorCode: 0,
      members: [{ memberId: leader.memberId, groupInstanceId: null, errorCode: 0 }],
    });
    expect(await world.heartbeat(follower)).toEqual({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
  });

  it('leaves an empty group of a later generation behind when it was the last', async () => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup();
    await world.run(world.leave([member.memberId]));
    expect(await world.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer', members: [] });
    const again = await world.restart();
    expect(await again.states()).toEqual({ g: 'Empty' });
    expect(await again.run(again.joinWithId())).toMatchObject({ generationId: 3 });
  });

  it('may be one of several, each of which has its own answer', async () => {
    const world = await GroupWorld.open();
    const [leader, follower] = await world.stablePair();
    const { members } = await world.run(
      world.leave([leader.memberId, 'stranger', follower.memberId, follower.memberId]),
    );
    const errors = [0, ErrorCode.UNKNOWN_MEMBER_ID, 0, ErrorCode.UNKNOWN_MEMBER_ID];
    expect(members?.map(({ errorCode }) => errorCode)).toEqual(errors);
    expect(await world.states()).toEqual({ g: 'Empty' });
  });

  it('may have only an id yet', async () => {
    const world = await GroupWorld.open();
    const { memberId } = await world.run(world.join());
    expect((await world.run(world.leave([memberId]))).members?.[0]).toMatchObject({ errorCode: 0 });
    expect(await world.states()).toEqual({});
  });

  it('gets the one error of the versions that know one member', async () => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup();
    const leave = (memberId: string) =>
      world.run(world.coordinator.leaveGroup({ groupId: 'g', memberId, members: [] }, world.context(2)));
    expect(await leave('stranger')).toEqual({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(await leave(member.memberId)).toEqual({ errorCode: 0 });
  });
});

describe('a static member', () => {
  const instance = 'i-1';

  it('takes its assignment back after a restart, without a rebalance, and fences its former self', async () => {
    const world = await GroupWorld.open();
    const before = await world.stableGroup({ instance });
    expect(before.memberId).toMatch(/^i-1-/);
    const after = await world.run(world.join({ instance }));
    expect(after).toMatchObject({
      errorCode: 0,
      generationId: before.generationId,
      skipAssignment: true,
      leader: after.memberId,
    });
    expect(after.members).toHaveLength(1);
    const joined = joinedOf(after);
    expect(await world.run(world.sync(joined, {}, { instance }))).toMatchObject({ assignment: Buffer.from('all') });
    expect(await world.heartbeat(before, 'g', instance)).toEqual({ errorCode: ErrorCode.FENCED_INSTANCE_ID });
    expect(await world.heartbeat(joined, 'g', instance)).toEqual({ errorCode: 0 });
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('is shown as a follower to versions that cannot skip an assignment', async () => {
    const world = await GroupWorld.open();
    const before = await world.stableGroup({ instance });
    const after = await world.run(world.join({ instance, version: 8 }));
    expect(after).toMatchObject({ errorCode: 0, leader: before.memberId, members: [] });
  });

  it('is known by its new id after a crash', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ instance });
    const joined = joinedOf(await world.run(world.join({ instance })));
    const again = await world.restart();
    expect(await again.heartbeat(joined, 'g', instance)).toEqual({ errorCode: 0 });
    expect((await again.describe()).members).toHaveLength(1);
  });

  it('starts a rebalance when the group would use another protocol with it', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ instance, protocols: ['range', 'sticky'] });
    const after = await world.run(world.join({ instance, protocols: ['sticky'] }));
    expect(after).toMatchObject({ errorCode: 0, generationId: 2, protocolName: 'sticky' });
  });

  it('starts a rebalance when it comes back while the leader assigns', async () => {
    const world = await GroupWorld.open();
    const before = await world.run(world.join({ instance }));
    const after = await world.run(world.join({ instance }));
    expect([before.generationId, after.generationId]).toEqual([1, 2]);
  });

  it('is kept through a rebalance that it missed, until its session ends', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ instance, rebalanceTimeoutMs: 10_000, sessionTimeoutMs: 30_000 });
    const other = world.join({ version: 3, rebalanceTimeoutMs: 10_000, sessionTimeoutMs: 30_000 });
    await world.clock.advance(10_000);
    const joined = await world.run(other);
    expect(joined.leader).toBe(joined.memberId);
    expect(joined.members.map(({ groupInstanceId }) => groupInstanceId)).toEqual([instance, null]);
  });

  it('can be removed by its name', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ instance });
    const members = [
      { memberId: '', groupInstanceId: instance, reason: null },
      { memberId: '', groupInstanceId: 'i-2', reason: null },
    ];
    const left = await world.run(
      world.coordinator.leaveGroup({ groupId: 'g', memberId: '', members }, world.context(5)),
    );
    expect(left.members?.map(({ errorCode }) => errorCode)).toEqual([0, ErrorCode.UNKNOWN_MEMBER_ID]);
    expect(await world.states()).toEqual({ g: 'Empty' });
  });
});
