import { Injectable } from '@nestjs/common';
import kafkajs, { type Admin, type GroupDescription } from 'kafkajs';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import type { GroupMemberState, GroupOffset, GroupState } from '../live/live-state.ts';
import type { TopicReading } from '../topics/topics.reader.ts';

/** End offsets by topic and partition. */
type EndOffsets = ReadonlyMap<string, ReadonlyMap<number, number>>;

@Injectable()
export class GroupsReader {
  private readonly admin: ClusterAdmin;

  constructor(admin: ClusterAdmin) {
    this.admin = admin;
  }

  /** Every consumer group with its members and its lag behind `topics`, by name. */
  read(topics: readonly TopicReading[]): Promise<GroupState[]> {
    const ends: EndOffsets = new Map(
      topics.map(({ name, partitions }) => [name, new Map(partitions.map(({ partition, end }) => [partition, end]))]),
    );
    return this.admin.use(async (admin) => {
      const listed = await admin.listGroups();
      const groupIds = listed.groups
        .filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
        .map(({ groupId }) => groupId);
      if (groupIds.length === 0) return [];
      const { groups } = await admin.describeGroups(groupIds);
      const states = await Promise.all(groups.map((group) => readGroup(admin, group, ends)));
      return states.toSorted((left, right) => left.groupId.localeCompare(right.groupId));
    });
  }
}

async function readGroup(admin: Admin, group: GroupDescription, ends: EndOffsets): Promise<GroupState> {
  const members = group.members.map(memberState);
  const offsets = groupOffsets(await admin.fetchOffsets({ groupId: group.groupId }), members, ends);
  return {
    groupId: group.groupId,
    state: group.state,
    members,
    offsets,
    lag: offsets.reduce((sum, { lag }) => sum + lag, 0),
  };
}

type CommittedOffsets = Awaited<ReturnType<Admin['fetchOffsets']>>;

/** Partitions with a committed offset, and those that a member has without one: it will read them from their start. */
function groupOffsets(
  committed: CommittedOffsets,
  members: readonly GroupMemberState[],
  ends: EndOffsets,
): GroupOffset[] {
  const positions = new Map<string, { topic: string; partition: number; committed: number | null }>();
  for (const { assignments } of members) {
    for (const { topic, partitions } of assignments) {
      for (const partition of partitions) {
        positions.set(`${topic} ${partition}`, { topic, partition, committed: null });
      }
    }
  }
  for (const { topic, partitions } of committed) {
    for (const { partition, offset } of partitions) {
      if (Number(offset) < 0) continue;
      positions.set(`${topic} ${partition}`, { topic, partition, committed: Number(offset) });
    }
  }
  return [...positions.values()]
    .map((position) => {
      const end = ends.get(position.topic)?.get(position.partition) ?? position.committed ?? 0;
      return { ...position, end, lag: Math.max(end - (position.committed ?? 0), 0) };
    })
    .toSorted((left, right) => left.topic.localeCompare(right.topic) || left.partition - right.partition);
}

function memberState(member: GroupDescription['members'][number]): GroupMemberState {
  return {
    memberId: member.memberId,
    clientId: member.clientId,
    host: member.clientHost.replace(/^\//, ''),
    assignments: assignmentsOf(member.memberAssignment),
  };
}

/** Empty while the group rebalances, and for groups whose assignments are not Kafka consumers'. */
function assignmentsOf(bytes: Buffer): GroupMemberState['assignments'] {
  if (bytes.length === 0) return [];
  try {
    const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(bytes);
    return Object.entries(assignment?.assignment ?? {}).map(([topic, partitions]) => ({
      topic,
      partitions: partitions.toSorted((left, right) => left - right),
    }));
  } catch {
    return [];
  }
}
