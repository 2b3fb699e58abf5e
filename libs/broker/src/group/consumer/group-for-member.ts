/** The next-generation group that a request is for: as it is, made new, or made of a classic group. */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { GroupDraft } from './group-draft.ts';
import { upgrade } from './upgrade.ts';

/** @throws KafkaError GROUP_ID_NOT_FOUND when there is none and none may be made, or a classic group cannot become one. */
export function consumerGroupFor(environment: GroupEnvironment, groupId: string, mayCreate: boolean): GroupDraft {
  const group = environment.groupNow(groupId);
  if (group?.type === 'consumer') return new GroupDraft(group);
  if (!mayCreate)
    throw notFound(
      group === undefined ? `Consumer group ${groupId} not found.` : `Group ${groupId} is not a consumer group.`,
    );
  if (group === undefined) return new GroupDraft(new ConsumerGroup(groupId));
  // Of an empty classic group only the offsets stay.
  if (group.state === 'Empty')
    return new GroupDraft(new ConsumerGroup(groupId), [{ kind: 'group', groupId, value: null }]);
  return upgrade(environment, group);
}

/** @throws KafkaError GROUP_ID_NOT_FOUND. */
export function existingConsumerGroup(environment: GroupEnvironment, groupId: string): ConsumerGroup {
  const group = environment.groupNow(groupId);
  if (group === undefined) throw notFound(`Group ${groupId} not found.`);
  if (group.type !== 'consumer') throw notFound(`Group ${groupId} is not a consumer group.`);
  return group;
}

function notFound(message: string): KafkaError {
  return new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, message);
}
