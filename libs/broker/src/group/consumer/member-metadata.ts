import type { ClassicMemberMetadata, ConsumerMember } from './consumer-member.ts';

/** Whether the record of the member's metadata would be the same. */
export function hasSameMetadata(left: ConsumerMember, right: ConsumerMember): boolean {
  return (
    left.memberId === right.memberId &&
    left.instanceId === right.instanceId &&
    left.rackId === right.rackId &&
    left.clientId === right.clientId &&
    left.clientHost === right.clientHost &&
    left.subscribedTopicRegex === right.subscribedTopicRegex &&
    left.rebalanceTimeoutMs === right.rebalanceTimeoutMs &&
    left.serverAssignor === right.serverAssignor &&
    left.subscribedTopicNames.symmetricDifference(right.subscribedTopicNames).size === 0 &&
    hasSameClassicMetadata(left.classic, right.classic)
  );
}

function hasSameClassicMetadata(left: ClassicMemberMetadata | null, right: ClassicMemberMetadata | null): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  return (
    left.sessionTimeoutMs === right.sessionTimeoutMs &&
    left.supportedProtocols.length === right.supportedProtocols.length &&
    left.supportedProtocols.every(({ name, metadata }, index) => {
      const other = right.supportedProtocols[index]!;
      return other.name === name && other.metadata.equals(metadata);
    })
  );
}
