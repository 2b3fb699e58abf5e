import { describe, expect, it } from '@jest/globals';
import { ErrorCode, ZERO_UUID } from '../../protocol/index.ts';
import { GroupWorld, topics } from '../testing/group-world.ts';

const minuteMs = 60 * 1000;
const ordersId = topics.get('orders')!.topicId;
const unknownId = '11111111-1111-1111-1111-111111111111';

const partition = (index: number, offset: number, metadata: string | null = null) => ({
  partitionIndex: index,
  committedOffset: offset,
  committedLeaderEpoch: 3,
  committedMetadata: metadata,
});

describe('committed offsets', () => {
  it('are fetched as they were committed', async () => {
    const world = await GroupWorld.open();
    const topicList = [{ name: 'orders', topicId: ZERO_UUID, partitions: [partition(1, 42, 'note')] }];
    await world.commit({}, { topics: topicList });
    const wanted = [{ name: 'orders', topicId: ZERO_UUID, partitionIndexes: [1, 0] }];
    const { groups } = await world.fetch([{ groupId: 'g', memberId: null, memberEpoch: -1, topics: wanted }]);
    expect(groups).toEqual([
      {
        groupId: 'g',
        errorCode: 0,
        topics: [
          {
            name: 'orders',
            topicId: ZERO_UUID,
            partitions: [
              { partitionIndex: 1, committedOffset: 42, committedLeaderEpoch: 3, metadata: 'note', errorCode: 0 },
              { partitionIndex: 0, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
            ],
          },
        ],
      },
    ]);
  });

  it('survive a crash as soon as they are acknowledged', async () => {
    const world = await GroupWorld.open();
    await world.commit({ 0: 5, 1: 6 });
    await world.commit({ 0: 7 });
    expect(await (await world.restart()).offsets()).toEqual({ 'orders-0': 7, 'orders-1': 6 });
  });

  it('of several groups are fetched together, unknown groups having none', async () => {
    const world = await GroupWorld.open();
    await world.commit({ 0: 5 }, { groupId: 'a' });
    await world.commit({ 0: 6 }, { groupId: 'b' });
    const ask = (groupId: string) => ({ groupId, memberId: null, memberEpoch: -1, topics: null });
    const { groups } = await world.fetch([ask('a'), ask('nobody'), ask('b')]);
    const offsets = groups?.map((group) => group.topics[0]?.partitions[0]?.committedOffset);
    expect(offsets).toEqual([5, undefined, 6]);
  });

  it('are fetched by the versions that know one group', async () => {
    const world = await GroupWorld.open();
    await world.commit({ 0: 5 });
    const fetch = (topicList: { name: string; partitionIndexes: number[] }[] | null, version: number) => {
      const request = { groupId: 'g', topics: topicList, groups: [], requireStable: false };
      return world.run(world.coordinator.offsetFetch(request, world.context(version)));
    };
    const stored = { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };
    expect(await fetch(null, 7)).toEqual({ errorCode: 0, topics: [{ name: 'orders', partitions: [stored] }] });
    expect(await fetch([{ name: 'orders', partitionIndexes: [0] }], 1)).toEqual({
      errorCode: 0,
      topics: [{ name: 'orders', partitions: [stored] }],
    });
  });

  it('can be named by topic id', async () => {
    const world = await GroupWorld.open();
    const committed = [
      { name: '', topicId: ordersId, partitions: [partition(0, 9)] },
      { name: '', topicId: unknownId, partitions: [partition(0, 9)] },
    ];
    expect(await world.commit({}, { topics: committed, version: 10 })).toEqual([0, ErrorCode.UNKNOWN_TOPIC_ID]);
    const all = await world.fetch([{ groupId: 'g', memberId: null, memberEpoch: -1, topics: null }], 10);
    expect(all.groups![0]!.topics).toMatchObject([{ topicId: ordersId, partitions: [{ committedOffset: 9 }] }]);
    const wanted = [ordersId, unknownId].map((topicId) => ({ name: '', topicId, partitionIndexes: [0] }));
    const named = await world.fetch([{ groupId: 'g', memberId: null, memberEpoch: -1, topics: wanted }], 10);
    expect(named.groups![0]!.topics.map(({ partitions }) => partitions[0])).toMatchObject([
      { committedOffset: 9, errorCode: 0 },
      { committedOffset: -1, errorCode: ErrorCode.UNKNOWN_TOPIC_ID },
    ]);
  });

  it('are refused one by one where a partition or its metadata is bad', async () => {
    const world = await GroupWorld.open({ offsetMetadataMaxBytes: 10 });
    const committed = [
      {
        name: 'orders',
        topicId: ZERO_UUID,
        partitions: [partition(0, 1, 'x'.repeat(11)), partition(9, 1), partition(1, 5, 'x'.repeat(10))],
      },
      { name: 'unknown', topicId: ZERO_UUID, partitions: [partition(0, 1)] },
    ];
    expect(await world.commit({}, { topics: committed })).toEqual([
      ErrorCode.OFFSET_METADATA_TOO_LARGE,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      0,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    expect(await world.offsets()).toEqual({ 'orders-1': 5 });
  });

  it('say of a partition that is not there that it is not, whatever else is wrong with the commit', async () => {
    const world = await GroupWorld.open();
    const topics = [
      { name: 'orders', topicId: ZERO_UUID, partitions: [partition(0, 1), partition(9, 1)] },
      { name: 'unknown', topicId: ZERO_UUID, partitions: [partition(0, 1)] },
      { name: 'orders', topicId: ZERO_UUID, partitions: [] },
    ];
    expect(await world.commit({}, { topics, generationIdOrMemberEpoch: 7, memberId: 'nobody' })).toEqual([
      ErrorCode.ILLEGAL_GENERATION,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
  });

  it('are refused together when their batch is too large', async () => {
    const world = await GroupWorld.open({ offsetMetadataMaxBytes: 100_000 });
    const partitions = Array.from({ length: 40 }, () => partition(0, 1, 'x'.repeat(30_000)));
    const committed = [{ name: 'orders', topicId: ZERO_UUID, partitions }];
    const refused = Array<number>(40).fill(ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
    expect(await world.commit({}, { topics: committed })).toEqual(refused);
    expect(await world.states()).toEqual({});
  });

  it('are refused with more metadata than a record can hold, whatever the configuration allows', async () => {
    const world = await GroupWorld.open({ offsetMetadataMaxBytes: 100_000 });
    const committed = [{ name: 'orders', topicId: ZERO_UUID, partitions: [partition(0, 1, 'x'.repeat(40_000))] }];
    expect(await world.commit({}, { topics: committed })).toEqual([ErrorCode.OFFSET_METADATA_TOO_LARGE]);
  });

  it('that could not be written are not seen', async () => {
    const world = await GroupWorld.open();
    await world.commit({ 0: 1 });
    const works = world.failWrites();
    expect(await world.commit({ 0: 2 })).toEqual([ErrorCode.NOT_COORDINATOR]);
    works();
    await world.clock.advance(0);
    expect(await world.offsets()).toEqual({ 'orders-0': 1 });
    expect(await world.commit({ 0: 3 })).toEqual([0]);
    expect(await (await world.restart()).offsets()).toEqual({ 'orders-0': 3 });
  });
});

describe('who may commit', () => {
  it('is a member in its generation', async () => {
    const world = await GroupWorld.open();
    const { memberId, generationId } = await world.stableGroup();
    const commit = (id: string, generation: number) =>
      world.commit({ 0: 1 }, { memberId: id, generationIdOrMemberEpoch: generation });
    expect(await commit(memberId, generationId)).toEqual([0]);
    expect(await commit(memberId, generationId - 1)).toEqual([ErrorCode.ILLEGAL_GENERATION]);
    expect(await commit('stranger', generationId)).toEqual([ErrorCode.UNKNOWN_MEMBER_ID]);
    expect(await commit('', -1)).toEqual([ErrorCode.UNKNOWN_MEMBER_ID]);
  });

  it('is a member while others join, but not while the leader assigns', async () => {
    const world = await GroupWorld.open();
    const first = await world.stableGroup();
    const own = { memberId: first.memberId, generationIdOrMemberEpoch: first.generationId };
    void world.join({ version: 3 });
    expect(await world.commit({ 0: 1 }, own)).toEqual([0]);
    const joined = await world.run(world.join({ memberId: first.memberId }));
    expect(await world.commit({ 0: 2 }, { ...own, generationIdOrMemberEpoch: joined.generationId! })).toEqual([
      ErrorCode.REBALANCE_IN_PROGRESS,
    ]);
  });

  it('is anybody without a generation while the group is empty', async () => {
    const world = await GroupWorld.open();
    expect(await world.commit({ 0: 1 })).toEqual([0]);
    expect(await world.states()).toEqual({ g: 'Empty' });
    expect(await world.commit({ 0: 1 }, { memberId: 'm', generationIdOrMemberEpoch: 1 })).toEqual([
      ErrorCode.UNKNOWN_MEMBER_ID,
    ]);
  });

  it('is not who names a generation of a group that somebody is about to join', async () => {
    const world = await GroupWorld.open();
    await world.run(world.join({ version: 4 }));
    const named = { memberId: 'm', generationIdOrMemberEpoch: 1 };
    expect(await world.commit({ 0: 1 }, named)).toEqual([ErrorCode.UNKNOWN_MEMBER_ID]);
  });

  it('is not who names a generation of a group that is not there', async () => {
    const world = await GroupWorld.open();
    const named = { memberId: 'm', generationIdOrMemberEpoch: 1 };
    expect(await world.commit({ 0: 1 }, { ...named, version: 8 })).toEqual([ErrorCode.ILLEGAL_GENERATION]);
    expect(await world.commit({ 0: 1 }, { ...named, version: 9 })).toEqual([ErrorCode.GROUP_ID_NOT_FOUND]);
    expect(await world.states()).toEqual({});
  });
});

describe('offsets that nobody needs', () => {
  const config = { offsetsRetentionMs: 60 * minuteMs, offsetsRetentionCheckIntervalMs: 10 * minuteMs };

  it('are forgotten with their group so long after it became empty, counted over restarts', async () => {
    let world = await GroupWorld.open(config);
    const { memberId, generationId } = await world.stableGroup({ sessionTimeoutMs: 1_800_000 });
    await world.commit({ 0: 1 }, { memberId, generationIdOrMemberEpoch: generationId });
    await world.clock.advance(20 * minuteMs);
    await world.run(world.leave([memberId]));
    await world.clock.advance(50 * minuteMs);
    world = await world.restart(config);
    expect(await world.offsets()).toEqual({ 'orders-0': 1 });
    await world.clock.advance(10 * minuteMs);
    expect(await world.offsets()).toEqual({});
    expect(await world.states()).toEqual({});
    expect(await (await world.restart(config)).states()).toEqual({});
  });

  it('are kept while the group consumes their topic, and forgotten when it does not any more', async () => {
    const world = await GroupWorld.open(config);
    const member = await world.stableGroup({ sessionTimeoutMs: 1_800_000, metadata: 'orders' });
    const committed = ['orders', 'events'].map((name) => ({ name, topicId: ZERO_UUID, partitions: [partition(0, 1)] }));
    await world.commit(
      {},
      { topics: committed, memberId: member.memberId, generationIdOrMemberEpoch: member.generationId },
    );
    for (let passed = 0; passed < 70; passed += 10) {
      await world.clock.advance(10 * minuteMs);
      await world.heartbeat(member);
    }
    expect(await world.offsets()).toEqual({ 'orders-0': 1 });
  });

  it('of somebody who manages them alone are forgotten one by one, so long after each commit', async () => {
    const world = await GroupWorld.open(config);
    await world.commit({ 0: 1 });
    await world.clock.advance(30 * minuteMs);
    await world.commit({ 1: 1 });
    await world.clock.advance(30 * minuteMs);
    expect(await world.offsets()).toEqual({ 'orders-1': 1 });
    await world.clock.advance(30 * minuteMs);
    expect(await world.states()).toEqual({});
  });

  it('are forgotten when their own retention says so', async () => {
    const world = await GroupWorld.open(config);
    await world.commit({ 0: 1 }, { retentionTimeMs: 5 * minuteMs, version: 4 });
    const again = await world.restart(config);
    await again.clock.advance(10 * minuteMs);
    expect(await again.offsets()).toEqual({});
  });

  it('are forgotten when their topic is deleted', async () => {
    const world = await GroupWorld.open();
    const committed = ['orders', 'events'].map((name) => ({ name, topicId: ZERO_UUID, partitions: [partition(0, 1)] }));
    for (const groupId of ['a', 'b', 'c', 'd']) await world.commit({}, { groupId, topics: committed });
    await world.run(world.coordinator.topicsDeleted(['orders']));
    for (const groupId of ['a', 'b', 'c', 'd']) expect(await world.offsets(groupId)).toEqual({ 'events-0': 1 });
  });

  it('are forgotten on request, unless they are of a topic that the group consumes', async () => {
    const world = await GroupWorld.open();
    const member = await world.stableGroup({ metadata: 'orders' });
    const committed = ['orders', 'events'].map((name) => ({ name, topicId: ZERO_UUID, partitions: [partition(0, 1)] }));
    await world.commit(
      {},
      { topics: committed, memberId: member.memberId, generationIdOrMemberEpoch: member.generationId },
    );
    const unwanted = ['orders', 'events'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }));
    const deleted = await world.run(
      world.coordinator.offsetDelete({ groupId: 'g', topics: unwanted }, world.context(0)),
    );
    const errors = deleted.topics.map(({ partitions }) => partitions[0]!.errorCode);
    expect(errors).toEqual([ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, 0]);
    expect(await world.offsets()).toEqual({ 'orders-0': 1 });
    const unknown = await world.run(
      world.coordinator.offsetDelete({ groupId: 'x', topics: unwanted }, world.context(0)),
    );
    expect(unknown).toEqual({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND, topics: [] });
  });
});
