import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import type { Group } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import type { OffsetDeleteRequest, OffsetDeleteResponse } from '../messages.ts';
import type { GroupOffsets } from './offset-store.ts';
import { offsetTombstone } from './offset-tombstones.ts';
import { subscriptionOf } from './subscription-of.ts';

/**
 * OffsetDelete (KIP-496): an operator makes a group forget offsets of topics that it does not consume any more.
 * @throws KafkaError NON_EMPTY_GROUP for a group whose members' subscriptions the broker cannot know.
 */
export function deleteOffsets(
  group: Group,
  offsets: GroupOffsets,
  isUnstable: (topic: string, partition: number) => boolean,
  request: OffsetDeleteRequest,
): Outcome<GroupRecord, OffsetDeleteResponse> {
  if (group.type === 'classic' && group.state !== 'Empty' && group.protocolType !== 'consumer')
    throw new KafkaError(ErrorCode.NON_EMPTY_GROUP, `Group ${group.groupId} has members; stop them first.`);
  const records: GroupRecord[] = [];
  const isSubscribed = subscriptionOf(group);
  const topics = request.topics.map(({ name, partitions }) => {
    const subscribed = isSubscribed(name);
    const rows = partitions.map(({ partitionIndex }) => {
      if (subscribed) return { partitionIndex, errorCode: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC };
      if (offsets.get(name)?.has(partitionIndex) === true || isUnstable(name, partitionIndex))
        records.push(offsetTombstone(group.groupId, name, partitionIndex));
      return { partitionIndex, errorCode: ErrorCode.NONE };
    });
    return { name, partitions: rows };
  });
  return { records, reply: { errorCode: ErrorCode.NONE, topics } };
}
