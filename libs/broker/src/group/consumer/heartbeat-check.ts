import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { ConsumerGroupConfig } from '../group-config.ts';
import type { ConsumerGroupHeartbeatRequest } from '../messages.ts';
import { joinEpoch, leaveEpoch, staticLeaveEpoch } from './consumer-member.ts';

/** First version in which members make their own ids (KIP-1082). */
const ownIdVersion = 1;

/** What a request must have, whatever the group is like. @throws KafkaError INVALID_REQUEST, UNSUPPORTED_ASSIGNOR. */
export function checkHeartbeat(
  { assignors }: ConsumerGroupConfig,
  request: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
): void {
  const { memberEpoch, serverAssignor } = request;
  if (apiVersion >= ownIdVersion || memberEpoch > 0 || memberEpoch === leaveEpoch)
    checkNotBlank(request.memberId, 'MemberId');
  checkNotBlank(request.groupId, 'GroupId');
  checkNotBlank(request.instanceId, 'InstanceId');
  checkNotBlank(request.rackId, 'RackId');
  if (memberEpoch === joinEpoch) checkJoin(request);
  else if (memberEpoch === staticLeaveEpoch && request.instanceId === null) throw invalid("InstanceId can't be null.");
  else if (memberEpoch < staticLeaveEpoch) throw invalid('MemberEpoch is invalid.');
  if (serverAssignor !== null && !assignors.includes(serverAssignor))
    throw new KafkaError(
      ErrorCode.UNSUPPORTED_ASSIGNOR,
      `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`,
    );
}

/** Who joins tells everything, and owns nothing. */
function checkJoin(request: ConsumerGroupHeartbeatRequest): void {
  if (request.rebalanceTimeoutMs === -1) throw invalid('RebalanceTimeoutMs must be provided in first request.');
  if (request.topicPartitions?.length !== 0) throw invalid('TopicPartitions must be empty when (re-)joining.');
  if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null)
    throw invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.');
}

function checkNotBlank(value: string | null, name: string): void {
  if (value?.trim() === '') throw invalid(`${name} can't be empty.`);
}

function invalid(message: string): KafkaError {
  return new KafkaError(ErrorCode.INVALID_REQUEST, message);
}
