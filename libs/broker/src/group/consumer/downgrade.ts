/**
 * A group goes back to the classic protocol when its last member of the consumer protocol goes (KIP-848, online downgrade): each member
 * that is left keeps what it was to own, until the classic rebalance that follows.
 */
import { GroupMember } from '../classic/group-member.ts';
import { ClassicGroup } from '../classic/classic-group.ts';
import { groupMetadataRecord } from '../classic/group-metadata-record.ts';
import { extendSession } from '../classic/member-session.ts';
import { prepareRebalance } from '../classic/rebalance.ts';
import type { Effects } from '../effects.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { decodeSubscription, encodeAssignment } from './consumer-protocol.ts';
import { groupTombstones } from './consumer-records.ts';

/** Whether the group is to be a classic one when these members are gone. */
export function mayDowngrade(
  { config }: GroupEnvironment,
  group: ConsumerGroup,
  leaving: ReadonlySet<string>,
): boolean {
  const remaining = [...group.members.values()].filter(({ memberId }) => !leaving.has(memberId));
  const { migrationPolicy } = config.consumer;
  return (
    remaining.length > 0 &&
    remaining.length <= config.maxSize &&
    remaining.every(({ classic }) => classic !== null) &&
    (migrationPolicy === 'bidirectional' || migrationPolicy === 'downgrade')
  );
}

/** @param rebalances whether the members are to join again at once. */
export function downgrade(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  leaving: ReadonlySet<string>,
  rebalances: boolean,
): Effects {
  const { topics, clock } = environment;
  const { groupId } = group;
  const sketch = new ClassicGroup(groupId);
  sketch.protocolType = 'consumer';
  sketch.generationId = group.groupEpoch;
  for (const member of group.members.values()) if (!leaving.has(member.memberId)) sketch.add(classicMemberOf(member));
  sketch.protocolName = sketch.selectProtocol();
  const assignmentOf = (member: GroupMember): Buffer => {
    const version = decodeSubscription(member.metadataFor(sketch.protocolName))?.version ?? 0;
    return encodeAssignment(group.target(member.memberId), (topicId) => topics.topicName(topicId), version);
  };
  return {
    records: [
      ...groupTombstones(group),
      groupMetadataRecord(sketch, clock.now(), sketch.members.values(), assignmentOf),
    ],
    onApplied: () => {
      const classic = environment.groupNow(groupId);
      if (classic?.type !== 'classic') return;
      for (const member of classic.members.values()) {
        // The record has only the selected protocol of each member.
        const known = sketch.members.get(member.memberId);
        if (known !== undefined) classic.updateWishes(member, known);
        extendSession(environment, classic, member);
      }
      // Nobody has joined yet, so that this only begins to wait.
      if (rebalances) prepareRebalance(environment, classic);
    },
  };
}

function classicMemberOf(member: ConsumerMember): GroupMember {
  const { memberId, instanceId, clientId, clientHost, classic, rebalanceTimeoutMs } = member;
  return new GroupMember(
    { memberId, groupInstanceId: instanceId, clientId, clientHost },
    {
      protocols: classic?.supportedProtocols ?? [],
      sessionTimeoutMs: classic?.sessionTimeoutMs ?? 0,
      rebalanceTimeoutMs,
    },
  );
}
