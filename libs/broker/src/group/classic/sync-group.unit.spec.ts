import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../protocol/index.ts';
import { GroupWorld, joinedOf, type Joined } from '../testing/group-world.ts';

/** Two members that have joined and not yet synced; the first leads. */
async function joinedPair(world: GroupWorld): Promise<readonly [leader: Joined, follower: Joined]> {
  const joins = [world.join({ version: 3 }), world.join({ version: 3 })];
  await world.clock.advance(1000);
  const [leader, follower] = await Promise.all(joins);
  return [joinedOf(leader!), joinedOf(follower!)];
}

const together = { initialRebalanceDelayMs: 500 };

describe('the assignment of a generation', () => {
  it('comes from the leader and reaches each member, early or late', async () => {
    const world = await GroupWorld.open(together);
    const [leader, follower] = await joinedPair(world);
    const early = world.sync(follower);
    const own = world.sync(leader, { [leader.memberId]: 'a', [follower.memberId]: 'b' });
    const answer = { errorCode: 0, protocolType: 'consumer', protocolName: 'range' };
    expect(await world.run(own)).toEqual({ ...answer, assignment: Buffer.from('a') });
    expect(await world.run(early)).toEqual({ ...answer, assignment: Buffer.from('b') });
    expect(await world.run(world.sync(follower))).toEqual({ ...answer, assignment: Buffer.from('b') });
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('is empty for a member that the leader left out', async () => {
    const world = await GroupWorld.open(together);
    const [leader, follower] = await joinedPair(world);
    const early = world.sync(follower);
    await world.run(world.sync(leader, { [leader.memberId]: 'a', stranger: 'c' }));
    expect(await world.run(early)).toMatchObject({ errorCode: 0, assignment: Buffer.alloc(0) });
  });

  it('reaches nobody before it is durable', async () => {
    const world = await GroupWorld.open(together);
    const [leader, follower] = await joinedPair(world);
    const early = world.sync(follower);
    const works = world.failWrites();
    const answers = await world.run(Promise.all([early, world.sync(leader, { [leader.memberId]: 'a' })]));
    works();
    for (const answer of answers)
      expect(answer).toEqual({ errorCode: ErrorCode.NOT_COORDINATOR, assignment: Buffer.alloc(0) });
  });

  it('that is too large to be stored fails the leader, and not the coordinator', async () => {
    const world = await GroupWorld.open(together);
    const [leader, follower] = await joinedPair(world);
    const early = world.sync(follower);
    const large = await world.run(world.sync(leader, { [leader.memberId]: 'x'.repeat(2_000_000) }));
    expect(large).toMatchObject({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    await world.run(world.sync(leader, { [follower.memberId]: 'b' }));
    expect(await world.run(early)).toMatchObject({ errorCode: 0, assignment: Buffer.from('b') });
  });
});

describe('a member that waits for its assignment', () => {
  it('is sent back to join when another rebalance begins', async () => {
    const world = await GroupWorld.open(together);
    const [, follower] = await joinedPair(world);
    const waiting = world.sync(follower);
    void world.join({ version: 3 });
    expect(await world.run(waiting)).toMatchObject({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    expect(await world.run(world.sync(follower))).toMatchObject({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
  });

  it('does not lose its session while the leader is slow', async () => {
    const world = await GroupWorld.open(together);
    const [leader, follower] = await joinedPair(world);
    const waiting = world.sync(follower);
    for (let passed = 0; passed < 30_000; passed += 5_000) {
      await world.clock.advance(5_000);
      expect(await world.heartbeat(leader)).toEqual({ errorCode: 0 });
    }
    await world.run(world.sync(leader, { [follower.memberId]: 'b' }));
    expect(await world.run(waiting)).toMatchObject({ errorCode: 0, assignment: Buffer.from('b') });
  });
});

describe('a member that never asks for its assignment', () => {
  it('is given up after the rebalance timeout, and the others rebalance', async () => {
    const world = await GroupWorld.open(together);
    const [leader, follower] = await joinedPair(world);
    await world.run(world.sync(leader, { [leader.memberId]: 'a' }));
    for (let passed = 0; passed < 65_000; passed += 5_000) {
      await world.clock.advance(5_000);
      await world.run(Promise.all([world.heartbeat(leader), world.heartbeat(follower)]));
    }
    expect(await world.states()).toEqual({ g: 'PreparingRebalance' });
    expect((await world.describe()).members.map(({ memberId }) => memberId)).toEqual([leader.memberId]);
  });
});

describe('a request for an assignment', () => {
  it.each([
    ['of another generation', { generationId: 7 }, {}, ErrorCode.ILLEGAL_GENERATION],
    ['of a stranger', { memberId: 'stranger' }, {}, ErrorCode.UNKNOWN_MEMBER_ID],
    ['of an unknown group', {}, { group: 'other' }, ErrorCode.UNKNOWN_MEMBER_ID],
    ['of no group', {}, { group: '' }, ErrorCode.INVALID_GROUP_ID],
    ['for another protocol', {}, { protocolName: 'sticky' }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
  ])('%s is refused', async (_what, changes, options, errorCode) => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup();
    expect(await world.run(world.sync({ ...member, ...changes }, {}, options))).toMatchObject({ errorCode });
  });
});
