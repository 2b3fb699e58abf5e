import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../protocol/index.ts';
import { defaultGroupConfig } from '../index.ts';
import { assigned, describeConsumer, heartbeat, join, owning } from '../testing/consumer-requests.ts';
import { GroupWorld } from '../testing/group-world.ts';

const four = ['orders-0', 'orders-1', 'orders-2', 'orders-3'];

describe('a member that joins a next-generation group', () => {
  it('is alone with all partitions, and told its epoch and when to be heard of again', async () => {
    const world = await GroupWorld.open();
    const answer = await join(world, 'a');
    expect(answer).toMatchObject({ errorCode: 0, memberId: 'a', memberEpoch: 2, heartbeatIntervalMs: 5000 });
    expect(assigned(world, answer)).toEqual(four);
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('hears its assignment again only when it has changed, or when it tells everything', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    expect(await heartbeat(world, 'a', 2)).toMatchObject({ memberEpoch: 2, assignment: null });
    const full = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['orders'], topicPartitions: owning(world, four) };
    expect(assigned(world, await heartbeat(world, 'a', 2, full))).toEqual(four);
  });

  it('waits for what the other members have still to give up', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const second = await join(world, 'b');
    expect(second.memberEpoch).toBe(3);
    expect(assigned(world, second)).toEqual([]);
    const revoking = await heartbeat(world, 'a', 2, { topicPartitions: owning(world, four) });
    expect(revoking.memberEpoch).toBe(2);
    const kept = assigned(world, revoking)!;
    expect(kept).toHaveLength(2);
    // It still has to say that it gave the others up.
    expect(assigned(world, await heartbeat(world, 'b', 3))).toBeUndefined();
    expect(await world.states()).toEqual({ g: 'Reconciling' });
    expect(await heartbeat(world, 'a', 2, { topicPartitions: owning(world, kept) })).toMatchObject({ memberEpoch: 3 });
    const released = assigned(world, await heartbeat(world, 'b', 3))!;
    expect([...kept, ...released].sort()).toEqual(four);
    expect(await world.states()).toEqual({ g: 'Stable' });
  });

  it('is fenced with an epoch that is not its own', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    await join(world, 'b');
    expect(await heartbeat(world, 'b', 4)).toMatchObject({ errorCode: ErrorCode.FENCED_MEMBER_EPOCH });
    expect(await heartbeat(world, 'b', 2)).toMatchObject({ errorCode: ErrorCode.FENCED_MEMBER_EPOCH });
    expect(await heartbeat(world, 'c', 2)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
  });

  it('may repeat its last epoch when it has not heard of the present one', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const unheard = await join(world, 'a', { subscribedTopicNames: ['orders', 'events'] });
    expect(unheard.memberEpoch).toBe(3);
    const again = await heartbeat(world, 'a', 2, { topicPartitions: owning(world, four) });
    expect(again).toMatchObject({ errorCode: 0, memberEpoch: 3 });
    const tooMuch = await heartbeat(world, 'a', 2, { topicPartitions: owning(world, ['orders-0']) });
    expect(tooMuch.errorCode).toBe(0);
  });

  it.each([
    ['no epoch below -2', { memberEpoch: -3 }],
    ['a rebalance timeout when it joins', { rebalanceTimeoutMs: -1 }],
    ['nothing owned when it joins', { topicPartitions: null }],
    ['a subscription when it joins', { subscribedTopicNames: null }],
    ['an instance id that is not blank', { instanceId: ' ' }],
    ['a rack that is not blank', { rackId: '' }],
    ['a group', { groupId: '' }],
    ['an id of its own', { memberId: '' }],
  ])('must send %s', async (_, changes) => {
    const world = await GroupWorld.open();
    expect(await join(world, 'a', changes)).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST });
    expect(await world.states()).toEqual({});
  });

  it('is given an id in version 0', async () => {
    const world = await GroupWorld.open();
    const { memberId, memberEpoch } = await join(world, '', { version: 0 });
    expect(memberEpoch).toBe(2);
    expect(await heartbeat(world, memberId!, 2)).toMatchObject({ errorCode: 0 });
  });

  it('is refused an assignor that the broker does not have', async () => {
    const world = await GroupWorld.open();
    expect(await join(world, 'a', { serverAssignor: 'mine' })).toMatchObject({
      errorCode: ErrorCode.UNSUPPORTED_ASSIGNOR,
      errorMessage: 'ServerAssignor mine is not supported. Supported assignors: uniform, range.',
    });
  });

  it('is refused when the group is full', async () => {
    const world = await GroupWorld.open({ consumer: { ...defaultGroupConfig.consumer, maxSize: 1 } });
    await join(world, 'a');
    expect(await join(world, 'b')).toMatchObject({ errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED });
    expect(await heartbeat(world, 'a', 2)).toMatchObject({ errorCode: 0 });
  });
});

describe('a member that goes', () => {
  it('leaves its partitions to the others', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    await join(world, 'b');
    expect(await heartbeat(world, 'a', -1)).toMatchObject({ errorCode: 0, memberId: 'a', memberEpoch: -1 });
    const answer = await heartbeat(world, 'b', 3);
    expect(answer.memberEpoch).toBe(4);
    expect(assigned(world, answer)).toEqual(four);
    await heartbeat(world, 'b', -1);
    expect(await world.states()).toEqual({ g: 'Empty' });
  });

  it('is given up when it is silent for the session timeout', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    await join(world, 'b');
    await world.clock.advance(30_000);
    await heartbeat(world, 'b', 3);
    await world.clock.advance(16_000);
    expect((await describeConsumer(world)).members.map(({ memberId }) => memberId)).toEqual(['b']);
    expect(await heartbeat(world, 'a', 2)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
  });

  it('is given up when it does not give up its partitions in time', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', { rebalanceTimeoutMs: 20_000 });
    await join(world, 'b');
    await heartbeat(world, 'a', 2, { topicPartitions: owning(world, four) });
    for (let seconds = 0; seconds < 20; seconds += 5) {
      expect(await heartbeat(world, 'a', 2)).toMatchObject({ errorCode: 0 });
      await world.clock.advance(5000);
    }
    expect(await heartbeat(world, 'a', 2)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(assigned(world, await heartbeat(world, 'b', 3))).toEqual(four);
  });
});

describe('a static member', () => {
  it('that comes back within its session has its partitions again, without a new epoch of the group', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', { instanceId: 'one' });
    await join(world, 'b');
    const kept = assigned(
      world,
      await heartbeat(world, 'a', 2, { instanceId: 'one', topicPartitions: owning(world, four) }),
    )!;
    await heartbeat(world, 'a', 2, { instanceId: 'one', topicPartitions: owning(world, kept) });
    expect(await heartbeat(world, 'a', -2, { instanceId: 'one' })).toMatchObject({ memberEpoch: -2 });
    const back = await join(world, 'a2', { instanceId: 'one' });
    expect(back.memberEpoch).toBe(3);
    expect(assigned(world, back)).toEqual(kept);
    expect(await heartbeat(world, 'a', 3, { instanceId: 'one' })).toMatchObject({
      errorCode: ErrorCode.FENCED_INSTANCE_ID,
    });
    expect(await heartbeat(world, 'b', 3)).toMatchObject({ errorCode: 0, memberEpoch: 3 });
  });

  it('that does not come back loses them', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', { instanceId: 'one' });
    await join(world, 'b');
    await heartbeat(world, 'a', -2, { instanceId: 'one' });
    await world.clock.advance(44_000);
    await heartbeat(world, 'b', 3);
    await world.clock.advance(2000);
    expect(assigned(world, await heartbeat(world, 'b', 3))).toEqual(four);
  });

  it('is not replaced while it is there, and leaves for good when it says so', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', { instanceId: 'one' });
    expect(await join(world, 'b', { instanceId: 'one' })).toMatchObject({
      errorCode: ErrorCode.UNRELEASED_INSTANCE_ID,
    });
    expect(await heartbeat(world, 'b', -1, { instanceId: 'two' })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
    });
    await heartbeat(world, 'a', -1, { instanceId: 'one' });
    expect(await join(world, 'b', { instanceId: 'one' })).toMatchObject({ errorCode: 0 });
  });
});

describe('a change of topics', () => {
  it('raises the epoch: partitions that are added are handed out', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    world.topics.set('orders', world.topics.topicId('orders')!, 6);
    const answer = await heartbeat(world, 'a', 2);
    expect(answer.memberEpoch).toBe(3);
    expect(assigned(world, answer)).toEqual([...four, 'orders-4', 'orders-5']);
    expect(await heartbeat(world, 'a', 3)).toMatchObject({ memberEpoch: 3, assignment: null });
  });

  it('that nobody subscribes to changes nothing', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    world.topics.set('other', '00000000-0000-0000-0000-0000000000a9', 3);
    expect(await heartbeat(world, 'a', 2)).toMatchObject({ memberEpoch: 2, assignment: null });
  });

  it('takes the partitions of a deleted topic away, and those of one made anew are others', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', { subscribedTopicNames: ['orders', 'events'] });
    world.topics.delete('events');
    const revoking = await heartbeat(world, 'a', 2);
    expect(assigned(world, revoking)).toEqual(four);
    world.topics.set('events', '00000000-0000-0000-0000-0000000000b2', 1);
    const answer = await heartbeat(world, 'a', 2, { topicPartitions: owning(world, four) });
    expect(assigned(world, answer)).toEqual([...four, 'events-0']);
  });
});

describe('a regular expression', () => {
  const every = { subscribedTopicNames: null, subscribedTopicRegex: '(orders|ev.*)' };

  it('subscribes to the topics that it matches, now and later', async () => {
    const world = await GroupWorld.open();
    const joined = await join(world, 'a', every);
    expect(assigned(world, joined)).toEqual([...four, 'events-0', 'events-1']);
    world.topics.set('evenings', '00000000-0000-0000-0000-0000000000a9', 1);
    expect(assigned(world, await heartbeat(world, 'a', joined.memberEpoch!))).toContain('evenings-0');
  });

  it('that cannot be read is refused', async () => {
    const world = await GroupWorld.open();
    expect(await join(world, 'a', { ...every, subscribedTopicRegex: '[' })).toMatchObject({
      errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION,
      errorMessage: 'SubscribedTopicRegex `[` is not a valid regular expression: missing closing ].',
    });
  });

  it('is forgotten with its last member', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', every);
    await join(world, 'b');
    await heartbeat(world, 'a', -1);
    const again = await world.restart();
    expect((await describeConsumer(again)).members).toHaveLength(1);
    world.topics.set('evenings', '00000000-0000-0000-0000-0000000000a9', 1);
    const answer = await heartbeat(again, 'b', 3);
    expect(assigned(again, answer)).toEqual(four);
  });
});

describe('a next-generation group over a restart', () => {
  it('is as it was, its members in the middle of a hand-over included', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a', { instanceId: 'one', rackId: 'r' });
    await join(world, 'b', { subscribedTopicNames: null, subscribedTopicRegex: 'or.*' });
    await heartbeat(world, 'a', 2, { instanceId: 'one', topicPartitions: owning(world, four) });
    const again = await world.restart();
    expect(await describeConsumer(again)).toEqual(await describeConsumer(world));
    expect((await describeConsumer(again)).members[0]).toMatchObject({ rackId: 'r', memberType: 1 });
    await again.clock.advance(61_000);
    expect((await describeConsumer(again)).members).toEqual([]);
  });

  it('is gone when it was deleted', async () => {
    const world = await GroupWorld.open();
    await join(world, 'a');
    const remove = async () =>
      (await world.run(world.coordinator.deleteGroups({ groupsNames: ['g'] }, world.context(2)))).results[0]!.errorCode;
    expect(await remove()).toBe(ErrorCode.NON_EMPTY_GROUP);
    await heartbeat(world, 'a', -1);
    expect(await remove()).toBe(0);
    expect(await world.states()).toEqual({});
    expect(await (await world.restart()).states()).toEqual({});
  });
});
