import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../protocol/index.ts';
import { GroupWorld, subscription } from '../testing/group-world.ts';

describe('the first member of a group', () => {
  it('is given an id first, then leads generation 1 and is told the members', async () => {
    const world = await GroupWorld.open();
    const first = await world.run(world.join());
    expect(first).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, generationId: -1, members: [] });
    expect(first.memberId).toMatch(/^client-/);
    const joined = await world.run(world.join({ memberId: first.memberId }));
    expect(joined).toEqual({
      errorCode: 0,
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
      leader: first.memberId,
      memberId: first.memberId,
      members: [{ memberId: first.memberId, groupInstanceId: null, metadata: subscription('orders') }],
    });
  });

  it('joins at once when its version knows no other way', async () => {
    const world = await GroupWorld.open();
    expect(await world.run(world.join({ version: 3 }))).toMatchObject({ errorCode: 0, generationId: 1 });
  });

  it('is forgotten with its group when it never comes back with its id', async () => {
    const world = await GroupWorld.open();
    await world.run(world.join({ sessionTimeoutMs: 10_000 }));
    expect(await world.states()).toEqual({ g: 'Empty' });
    await world.clock.advance(10_000);
    expect(await world.states()).toEqual({});
  });

  it('waits for others when the broker is configured so, and longer while they come', async () => {
    const world = await GroupWorld.open({ initialRebalanceDelayMs: 3000 });
    const joins = [world.join({ version: 3 })];
    await world.clock.advance(2000);
    joins.push(world.join({ version: 3 }));
    await world.clock.advance(3000);
    joins.push(world.join({ version: 3 }));
    expect((await world.describe()).groupState).toBe('PreparingRebalance');
    await world.clock.advance(4000);
    const generations = (await Promise.all(joins)).map(({ generationId }) => generationId);
    expect(generations).toEqual([1, 1, 1]);
  });
});

describe('a second member', () => {
  it('makes the first join again, and both are in the next generation', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    const second = world.joinWithId({ metadata: 'events' });
    await world.clock.advance(0);
    expect(await world.heartbeat(first)).toEqual({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    const again = world.join({ memberId: first.memberId });
    const [follower, leader] = await world.run(Promise.all([second, again]));
    expect(leader).toMatchObject({ generationId: 2, leader: first.memberId });
    expect(leader.members.map(({ memberId }) => memberId)).toEqual([first.memberId, follower.memberId]);
    expect(follower).toMatchObject({ generationId: 2, leader: first.memberId, members: [] });
  });

  it('goes on without a first that does not join again in time', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup({ rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 60_000 });
    const second = world.join({ rebalanceTimeoutMs: 20_000, version: 3 });
    await world.clock.advance(19_999);
    expect(await world.states()).toEqual({ g: 'PreparingRebalance' });
    await world.clock.advance(1);
    const joined = await world.run(second);
    expect(joined).toMatchObject({ generationId: 2, leader: joined.memberId });
    expect(await world.heartbeat(first)).toEqual({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
  });

  it('is waited for when it was given an id and has not come back', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    const pending = await world.run(world.join({ sessionTimeoutMs: 10_000 }));
    const again = world.join({ memberId: first.memberId });
    await world.clock.advance(9_000);
    expect(await world.states()).toEqual({ g: 'PreparingRebalance' });
    const second = world.join({ memberId: pending.memberId });
    expect((await world.run(Promise.all([again, second]))).map(({ generationId }) => generationId)).toEqual([2, 2]);
  });
});

describe('the protocol of a group', () => {
  it('is the one that most members prefer among those that all support', async () => {
    const world = await GroupWorld.open({ initialRebalanceDelayMs: 1000 });
    const joins = [
      ['a', 'b', 'c'],
      ['c', 'b'],
      ['b', 'c', 'd'],
    ].map((protocols) => world.join({ protocols, version: 3 }));
    joins.push(world.join({ protocols: ['b', 'c'], version: 3 }));
    await world.clock.advance(2000);
    const names = (await Promise.all(joins)).map(({ protocolName }) => protocolName);
    expect(names).toEqual(['b', 'b', 'b', 'b']);
  });

  it('keeps out members that share none, or are of another type', async () => {
    const world = await GroupWorld.open();
    await world.stableGroup({ protocols: ['range', 'sticky'] });
    const refused = { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL, protocolName: null };
    expect(await world.join({ protocols: ['other'] })).toMatchObject(refused);
    expect(await world.join({ protocolType: 'connect' })).toMatchObject(refused);
    expect(await world.join({ group: 'new', protocols: [] })).toMatchObject(refused);
    expect(await world.join({ protocols: ['other'], version: 6 })).toMatchObject({ protocolName: '' });
    expect(Object.keys(await world.states())).toEqual(['g']);
  });
});

describe('a member that joins again', () => {
  it('is told the same generation when it missed the answer', async () => {
    const world = await GroupWorld.open();
    const first = await world.run(world.joinWithId());
    expect(await world.run(world.join({ memberId: first.memberId }))).toEqual(first);
  });

  it('starts a rebalance when it leads a stable group, or has changed', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    expect(await world.run(world.join({ memberId: first.memberId }))).toMatchObject({ generationId: 2 });
    expect(await world.run(world.join({ memberId: first.memberId, metadata: 'events' }))).toMatchObject({
      generationId: 3,
    });
  });

  it('follows on without a rebalance when it has nothing new to say', async () => {
    const world = await GroupWorld.open();
    const [leader, follower] = await world.stablePair();
    expect(await world.run(world.join({ memberId: follower.memberId }))).toMatchObject({
      errorCode: 0,
      generationId: leader.generationId,
      members: [],
    });
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('while its first request still waits, takes the answer of that one', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    const pending = await world.run(world.join());
    const lost = world.join({ memberId: pending.memberId });
    const retried = world.join({ memberId: pending.memberId });
    expect(await world.run(lost)).toMatchObject({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    void world.join({ memberId: first.memberId });
    expect(await world.run(retried)).toMatchObject({ errorCode: 0, generationId: 2 });
  });

  it.each(['of a group that is not there', 'that the group does not know'])(
    'is refused with an id %s',
    async (which) => {
      const world = await GroupWorld.open();
      if (which === 'that the group does not know') await world.stableGroup();
      expect(await world.join({ memberId: 'nobody' })).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
        memberId: 'nobody',
      });
    },
  );
});

describe('a request to join', () => {
  it.each([
    ['an empty group id', { group: '' }, ErrorCode.INVALID_GROUP_ID],
    ['a short session', { sessionTimeoutMs: 5999 }, ErrorCode.INVALID_SESSION_TIMEOUT],
    ['a long session', { sessionTimeoutMs: 1_800_001 }, ErrorCode.INVALID_SESSION_TIMEOUT],
  ] as const)('with %s is refused', async (_what, options, errorCode) => {
    const world = await GroupWorld.open();
    expect(await world.join(options)).toMatchObject({ errorCode });
  });

  it('of one member too many is refused', async () => {
    const world = await GroupWorld.open({ maxSize: 1 });
    const first = await world.stableGroup();
    expect(await world.join()).toMatchObject({ errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED });
    expect(await world.heartbeat(first)).toEqual({ errorCode: 0 });
  });
});
