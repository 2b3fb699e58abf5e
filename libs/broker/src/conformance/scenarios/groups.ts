/** Classic groups: joining, syncing, heart-beats, leaving, and what administrators see of them. */
import {
  deleteGroupsApi,
  describeGroupsApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  listGroupsApi,
  syncGroupApi,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Scenario, Session } from '../session.ts';

type JoinInput = RequestInput<typeof joinGroupApi>;

const ASSIGNMENT = Buffer.from('00010000000000000000', 'hex');
/** A subscription to no topic, as a consumer writes it. */
const SUBSCRIPTION = Buffer.from('00000000000000000000', 'hex');

export function joinOf(groupId: string, changes: Partial<JoinInput> = {}): JoinInput {
  return {
    groupId,
    sessionTimeoutMs: 120_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: SUBSCRIPTION }],
    ...changes,
  };
}

/** A member, alone in its group, which is stable in generation 1. */
export interface Member {
  readonly groupId: string;
  readonly memberId: string;
  readonly generationId: number;
  readonly groupInstanceId: string | null;
}

export async function soleMember(
  session: Session,
  name: string,
  groupInstanceId: string | null = null,
): Promise<Member> {
  const groupId = session.named(name);
  let joined = await session.prepare(joinGroupApi, 9, joinOf(groupId, { groupInstanceId }));
  if (joined.errorCode === 79)
    joined = await session.prepare(joinGroupApi, 9, joinOf(groupId, { memberId: joined.memberId, groupInstanceId }));
  const { memberId, generationId } = joined;
  await session.prepare(syncGroupApi, 5, {
    groupId,
    generationId,
    memberId,
    groupInstanceId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [{ memberId, assignment: ASSIGNMENT }],
  });
  return { groupId, memberId, generationId, groupInstanceId };
}

const joining: Scenario = {
  name: 'joining',
  api: joinGroupApi,
  run: async (session, version) => {
    const groupId = session.named('group');
    const ask = (label: string, changes: Partial<JoinInput> = {}) =>
      session.ask(label, joinGroupApi, version, joinOf(groupId, changes));
    const first = await ask('a new member');
    const memberId = first?.memberId ?? '';
    await ask('with the id that it was given', { memberId });
    await ask('the member again', { memberId });
    await ask('another protocol type', { memberId, protocolType: 'connect' });
    await ask('protocols that nobody else has', { memberId: '', protocolType: 'other' });
    await ask('an unknown member', { memberId: 'nobody' });
    await ask('no group id', { groupId: '' });
    await ask('a session of 1 ms', { sessionTimeoutMs: 1 });
    await ask('a session of a day', { sessionTimeoutMs: 86_400_000 });
    await ask('no protocols', { groupId: session.named('empty'), protocols: [] });
    await ask('no protocol type', { groupId: session.named('empty'), protocolType: '' });
    await ask('an unknown member of a new group', { groupId: session.named('new'), memberId: 'nobody' });
    if (version < 5) return;
    const own = session.named('static');
    const fixed = await ask('a static member', { groupId: own, groupInstanceId: 'a' });
    await ask('a static member again, without its id', { groupId: own, groupInstanceId: 'a' });
    await ask('a static member with an old id', {
      groupId: own,
      groupInstanceId: 'a',
      memberId: fixed?.memberId ?? '',
    });
    await ask('an unknown static member with an id', { groupId: own, groupInstanceId: 'b', memberId: 'nobody' });
    await ask('an empty instance id', { groupId: session.named('unnamed'), groupInstanceId: '' });
    await ask('an instance id with a slash', { groupId: session.named('slash'), groupInstanceId: 'a/b' });
  },
};

interface Ids {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId?: string | null;
}

/** Asks with a member's ids, and with each of them wrong. */
async function withWrongIds(
  member: Member,
  ask: (label: string, ids: Ids) => Promise<unknown>,
  canBeStatic: boolean,
): Promise<void> {
  const { groupId, generationId, memberId } = member;
  const ids = { groupId, generationId, memberId };
  await ask('the member', ids);
  await ask('an older generation', { ...ids, generationId: generationId - 1 });
  await ask('a later generation', { ...ids, generationId: generationId + 1 });
  await ask('generation -1', { ...ids, generationId: -1 });
  await ask('an unknown member', { ...ids, memberId: 'nobody' });
  await ask('no member id', { ...ids, memberId: '' });
  await ask('an unknown group', { ...ids, groupId: `${groupId}-unknown` });
  await ask('no group id', { ...ids, groupId: '' });
  if (!canBeStatic) return;
  await ask('an instance id that it does not have', { ...ids, groupInstanceId: 'a' });
}

const heartbeats: Scenario = {
  name: 'heartbeats',
  api: heartbeatApi,
  run: async (session, version) => {
    const member = await soleMember(session, 'group');
    const ask = (label: string, ids: Ids) => session.ask(label, heartbeatApi, version, ids);
    await withWrongIds(member, ask, version >= 3);
    if (version < 3) return;
    const fixed = await soleMember(session, 'static', 'a');
    await ask('a static member', fixed);
    await ask('a static member with another id', { ...fixed, memberId: 'nobody' });
    await ask('a static member without its instance id', { ...fixed, groupInstanceId: null });
  },
};

const syncing: Scenario = {
  name: 'syncing',
  api: syncGroupApi,
  run: async (session, version) => {
    const member = await soleMember(session, 'group');
    const ask = (label: string, ids: Ids, more: object = {}) =>
      session.ask(label, syncGroupApi, version, {
        ...ids,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [],
        ...more,
      });
    await withWrongIds(member, ask, version >= 3);
    const { groupId, generationId, memberId } = member;
    const ids = { groupId, generationId, memberId };
    await ask('another protocol', ids, { protocolName: 'sticky' });
    await ask('another protocol type', ids, { protocolType: 'connect' });
    await ask('no protocol', ids, { protocolName: null, protocolType: null });
    const joined = await session.prepare(joinGroupApi, 9, joinOf(session.named('next')));
    const next = await session.prepare(joinGroupApi, 9, joinOf(session.named('next'), { memberId: joined.memberId }));
    const leader = { groupId: session.named('next'), generationId: next.generationId, memberId: next.memberId };
    await ask('the leader without assignments', leader);
    await ask('the leader again, with one', leader, {
      assignments: [{ memberId: next.memberId, assignment: ASSIGNMENT }],
    });
  },
};

const leaving: Scenario = {
  name: 'leaving',
  api: leaveGroupApi,
  run: async (session, version) => {
    const ask = (label: string, groupId: string, ...members: { memberId: string; groupInstanceId?: string | null }[]) =>
      session.ask(label, leaveGroupApi, version, { groupId, memberId: members[0]?.memberId ?? '', members });
    const member = await soleMember(session, 'group');
    await ask('an unknown member', member.groupId, { memberId: 'nobody' });
    await ask('an unknown group', session.named('unknown'), { memberId: 'nobody' });
    await ask('no group id', '', { memberId: 'nobody' });
    await ask('no member id', member.groupId, { memberId: '' });
    await ask('the member', member.groupId, { memberId: member.memberId });
    await ask('the member again', member.groupId, { memberId: member.memberId });
    if (version < 3) return;
    const fixed = await soleMember(session, 'static', 'a');
    await ask('nobody', fixed.groupId);
    await ask('an instance that is not there', fixed.groupId, { memberId: '', groupInstanceId: 'b' });
    await ask('an instance with another id', fixed.groupId, { memberId: 'nobody', groupInstanceId: 'a' });
    await ask(
      'an instance and an unknown member',
      fixed.groupId,
      { memberId: 'nobody' },
      { memberId: '', groupInstanceId: 'a' },
    );
    await ask('an instance again', fixed.groupId, { memberId: '', groupInstanceId: 'a' });
  },
};

const description: Scenario = {
  name: 'description',
  api: describeGroupsApi,
  run: async (session, version) => {
    const member = await soleMember(session, 'group');
    const fixed = await soleMember(session, 'static', 'a');
    const ask = (label: string, groups: string[], includeAuthorizedOperations = false) =>
      session.ask(label, describeGroupsApi, version, { groups, includeAuthorizedOperations });
    await ask('a stable group', [member.groupId]);
    await ask('a static member', [fixed.groupId]);
    await ask('authorized operations', [member.groupId], true);
    await ask('an unknown group', [session.named('unknown')]);
    await ask('authorized operations of an unknown group', [session.named('unknown')], true);
    await ask('a group without a name', ['']);
    await ask('two groups', [member.groupId, session.named('unknown')]);
    await ask('no groups', []);
    await ask('a group twice', [member.groupId, member.groupId]);
    await session.prepare(leaveGroupApi, 5, { groupId: member.groupId, members: [{ memberId: member.memberId }] });
    await ask('an empty group', [member.groupId]);
  },
};

const listing: Scenario = {
  name: 'listing',
  api: listGroupsApi,
  run: async (session, version) => {
    const member = await soleMember(session, 'stable');
    const gone = await soleMember(session, 'empty');
    await session.prepare(leaveGroupApi, 5, { groupId: gone.groupId, members: [{ memberId: gone.memberId }] });
    const ask = (label: string, statesFilter: string[] = [], typesFilter: string[] = []) =>
      session.ask(label, listGroupsApi, version, { statesFilter, typesFilter });
    await ask('all');
    if (version >= 4)
      for (const states of [['Stable'], ['Empty'], ['stable'], ['Stable', 'Empty'], ['Sleeping'], ['']])
        await ask(`states ${states.join()}`, states);
    if (version >= 5)
      for (const types of [['classic'], ['Classic'], ['consumer'], ['unknown'], ['share', 'classic'], ['strange']])
        await ask(`types ${types.join()}`, [], types);
    await session.prepare(leaveGroupApi, 5, { groupId: member.groupId, members: [{ memberId: member.memberId }] });
  },
};

const deletion: Scenario = {
  name: 'deletion',
  api: deleteGroupsApi,
  run: async (session, version) => {
    const member = await soleMember(session, 'stable');
    const gone = await soleMember(session, 'empty');
    await session.prepare(leaveGroupApi, 5, { groupId: gone.groupId, members: [{ memberId: gone.memberId }] });
    const ask = (label: string, ...groupsNames: string[]) =>
      session.ask(label, deleteGroupsApi, version, { groupsNames });
    await ask('a group with a member', member.groupId);
    await ask('an unknown group', session.named('unknown'));
    await ask('a group without a name', '');
    await ask('no group');
    await ask('an empty group and one with a member', gone.groupId, member.groupId);
    await ask('a deleted group', gone.groupId);
    await ask('a group twice', session.named('unknown'), session.named('unknown'));
  },
};

export const groupScenarios: readonly Scenario[] = [
  joining,
  heartbeats,
  syncing,
  leaving,
  description,
  listing,
  deletion,
];
