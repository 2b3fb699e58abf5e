/** OffsetCommit, OffsetFetch, OffsetDelete. */
import {
  leaveGroupApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Scenario, Session, TopicReference } from '../session.ts';
import { soleMember } from './groups.ts';
import { NOWHERE } from './produce.ts';

type CommitInput = RequestInput<typeof offsetCommitApi>;
type CommitPartition = CommitInput['topics'][number]['partitions'][number];

function commitTo(
  groupId: string,
  { name, topicId }: TopicReference,
  partition: Partial<CommitPartition> = {},
  more: Partial<CommitInput> = {},
): CommitInput {
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm', ...partition }];
  return { groupId, memberId: '', topics: [{ name, topicId, partitions }], ...more };
}

const commits: Scenario = {
  name: 'commits',
  api: offsetCommitApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const groupId = session.named('simple');
    const ask = (label: string, body: CommitInput) => session.ask(label, offsetCommitApi, version, body);
    await ask('without a member', commitTo(groupId, topic));
    await ask('a lower offset', commitTo(groupId, topic, { committedOffset: 3 }));
    await ask('a negative offset', commitTo(groupId, topic, { committedOffset: -1 }));
    await ask('null metadata', commitTo(groupId, topic, { committedMetadata: null }));
    await ask('too much metadata', commitTo(groupId, topic, { committedMetadata: 'x'.repeat(4097) }));
    await ask('much metadata', commitTo(groupId, topic, { committedMetadata: 'x'.repeat(4096) }));
    await ask('a leader epoch', commitTo(groupId, topic, { committedLeaderEpoch: 7 }));
    await ask('an unknown topic', commitTo(groupId, NOWHERE));
    await ask('an unknown partition', commitTo(groupId, topic, { partitionIndex: 9 }));
    await ask('a negative partition', commitTo(groupId, topic, { partitionIndex: -1 }));
    await ask('an invalid topic', commitTo(groupId, { ...NOWHERE, name: 'not/a/topic' }));
    await ask('no topics', { ...commitTo(groupId, topic), topics: [] });
    await ask('a retention time', commitTo(groupId, topic, {}, { retentionTimeMs: 1000 }));
    await ask('no group id', commitTo('', topic));
    await ask(
      'a generation of a group without members',
      commitTo(groupId, topic, {}, { generationIdOrMemberEpoch: 3, memberId: 'nobody' }),
    );
    await ask(
      'a generation of an unknown group',
      commitTo(session.named('unknown'), topic, {}, { generationIdOrMemberEpoch: 3, memberId: 'nobody' }),
    );
    await ask('a member of a group without members', commitTo(groupId, topic, {}, { memberId: 'nobody' }));
    const { memberId, generationId, groupId: own } = await soleMember(session, 'member');
    const ids = { memberId, generationIdOrMemberEpoch: generationId };
    await ask('a member', commitTo(own, topic, {}, ids));
    await ask('an older generation', commitTo(own, topic, {}, { ...ids, generationIdOrMemberEpoch: 0 }));
    await ask('a later generation', commitTo(own, topic, {}, { ...ids, generationIdOrMemberEpoch: 2 }));
    await ask('an unknown member', commitTo(own, topic, {}, { ...ids, memberId: 'nobody' }));
    await ask('nobody to a group with members', commitTo(own, topic));
    if (version >= 7)
      await ask('an instance that it is not', commitTo(own, topic, {}, { ...ids, groupInstanceId: 'a' }));
  },
};

type FetchTopics = { name: string; topicId: string; partitionIndexes: number[] }[] | null;

const fetches: Scenario = {
  name: 'fetches',
  api: offsetFetchApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 3 });
    const other = await session.topic('other');
    const groupId = session.named('group');
    for (const partitionIndex of [0, 1])
      await session.prepare(offsetCommitApi, 10, commitTo(groupId, topic, { partitionIndex, committedLeaderEpoch: 2 }));
    await session.prepare(offsetCommitApi, 10, commitTo(groupId, other, { committedMetadata: null }));
    const ask = (label: string, id: string, topics: FetchTopics, more: object = {}) =>
      session.ask(
        label,
        offsetFetchApi,
        version,
        version < 8 ? { groupId: id, topics, ...more } : { groups: [{ groupId: id, topics, ...more }] },
      );
    const of = ({ name, topicId }: TopicReference, ...partitionIndexes: number[]) => ({
      name,
      topicId,
      partitionIndexes,
    });
    await ask('two topics', groupId, [of(topic, 0, 1), of(other, 0)]);
    await ask('a partition without an offset', groupId, [of(topic, 2)]);
    await ask('an unknown partition', groupId, [of(topic, 9, -1)]);
    await ask('an unknown topic', groupId, [of(NOWHERE, 0)]);
    await ask('no partitions', groupId, [of(topic)]);
    await ask('no topics', groupId, []);
    await ask('a partition twice', groupId, [of(topic, 0, 0)]);
    await ask('a topic twice', groupId, [of(topic, 0), of(topic, 1)]);
    await ask('an unknown group', session.named('unknown'), [of(topic, 0)]);
    await ask('a group without a name', '', [of(topic, 0)]);
    if (version >= 2) await ask('all topics', groupId, null);
    if (version >= 2) await ask('all topics of an unknown group', session.named('unknown'), null);
    if (version >= 7)
      await session.ask('stable offsets', offsetFetchApi, version, {
        groupId,
        topics: [of(topic, 0)],
        groups: [{ groupId, topics: [of(topic, 0)] }],
        requireStable: true,
      });
    if (version >= 9) {
      await ask('an unknown member', groupId, [of(topic, 0)], { memberId: 'nobody', memberEpoch: 0 });
      await ask('an epoch without a member', groupId, [of(topic, 0)], { memberId: null, memberEpoch: 4 });
      await ask('a member of an unknown group', session.named('unknown'), [of(topic, 0)], {
        memberId: 'nobody',
        memberEpoch: 0,
      });
    }
    if (version < 8) return;
    await session.ask('two groups', offsetFetchApi, version, {
      groups: [groupId, session.named('unknown')].map((id) => ({ groupId: id, topics: [of(topic, 0)] })),
    });
    await session.ask('no groups', offsetFetchApi, version, { groups: [] });
    await session.ask('a group twice', offsetFetchApi, version, {
      groups: [groupId, groupId].map((id) => ({ groupId: id, topics: [of(topic, 0)] })),
    });
  },
};

async function offsetsOf(session: Session, label: string, groupId: string): Promise<void> {
  await session.ask(`afterwards: ${label}`, offsetFetchApi, 9, { groups: [{ groupId, topics: null }] });
}

const deletes: Scenario = {
  name: 'deletes',
  api: offsetDeleteApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 3 });
    const groupId = session.named('group');
    for (const partitionIndex of [0, 1])
      await session.prepare(offsetCommitApi, 10, commitTo(groupId, topic, { partitionIndex }));
    const ask = (label: string, id: string, name: string, ...indexes: number[]) =>
      session.ask(label, offsetDeleteApi, version, {
        groupId: id,
        topics: [{ name, partitions: indexes.map((partitionIndex) => ({ partitionIndex })) }],
      });
    await ask('one', groupId, topic.name, 0);
    await offsetsOf(session, 'one', groupId);
    await ask('one again', groupId, topic.name, 0);
    await ask('one without an offset', groupId, topic.name, 2);
    await ask('an unknown partition', groupId, topic.name, 8);
    await ask('an unknown topic', groupId, NOWHERE.name, 0);
    await ask('no partitions', groupId, topic.name);
    await ask('an unknown group', session.named('unknown'), topic.name, 0);
    await ask('a group without a name', '', topic.name, 0);
    await session.ask('no topics', offsetDeleteApi, version, { groupId, topics: [] });
    const member = await soleMember(session, 'member');
    await ask('a group with members', member.groupId, topic.name, 0);
    await session.prepare(leaveGroupApi, 5, { groupId: member.groupId, members: [{ memberId: member.memberId }] });
    await ask('a group without members', member.groupId, topic.name, 0);
    await ask('the last', groupId, topic.name, 1);
    await offsetsOf(session, 'the last', groupId);
  },
};

export const offsetScenarios: readonly Scenario[] = [commits, fetches, deletes];
