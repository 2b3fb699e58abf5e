/**
 * The protocol room: Kafka's wire messages, stored messages and record batches as typed values. It imports no other room.
 *
 * Everywhere: int64 is a `number`, uuids are canonical hex strings, record data are {@link Chunks}.
 */
export { ApiKey, apiName, type ApiName } from './api-key.ts';
export { chunksLength, joinChunks, sliceChunks, type Chunks } from './chunks.ts';
export {
  type AnyApi,
  type Api,
  type RequestInput,
  type RequestOf,
  type ResponseInput,
  type ResponseOf,
} from './codec/define-api.ts';
export { defineMessage, type Message, type MessageOf } from './codec/define-message.ts';
export { ErrorCode, errorName, isRetriable, type ErrorName } from './error-code.ts';
export { decodeRequest, decodeResponse, encodeRequest, encodeResponse, type DecodedRequest } from './frame/frame.ts';
export { type RequestHeader } from './frame/request-header.ts';
export { KafkaError, type RecordError } from './kafka-error.ts';
export { ProtocolError, UnsupportedVersionError, type ProtocolErrorPlace } from './protocol-error.ts';
export { randomUuid, uuidFromBase64, uuidFromBytes, uuidToBase64, uuidToBytes, ZERO_UUID } from './uuid.ts';

export { apis, apisByKey } from './apis.ts';
export { produceApi, type ProduceRequest, type ProduceResponse } from './apis/00-produce.ts';
export { fetchApi, type FetchRequest, type FetchResponse } from './apis/01-fetch.ts';
export { listOffsetsApi, type ListOffsetsRequest, type ListOffsetsResponse } from './apis/02-list-offsets.ts';
export { metadataApi, type MetadataRequest, type MetadataResponse } from './apis/03-metadata.ts';
export { offsetCommitApi, type OffsetCommitRequest, type OffsetCommitResponse } from './apis/08-offset-commit.ts';
export { offsetFetchApi, type OffsetFetchRequest, type OffsetFetchResponse } from './apis/09-offset-fetch.ts';
export {
  findCoordinatorApi,
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
} from './apis/10-find-coordinator.ts';
export { joinGroupApi, type JoinGroupRequest, type JoinGroupResponse } from './apis/11-join-group.ts';
export { heartbeatApi, type HeartbeatRequest, type HeartbeatResponse } from './apis/12-heartbeat.ts';
export { leaveGroupApi, type LeaveGroupRequest, type LeaveGroupResponse } from './apis/13-leave-group.ts';
export { syncGroupApi, type SyncGroupRequest, type SyncGroupResponse } from './apis/14-sync-group.ts';
export {
  describeGroupsApi,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
} from './apis/15-describe-groups.ts';
export { listGroupsApi, type ListGroupsRequest, type ListGroupsResponse } from './apis/16-list-groups.ts';
export { apiVersionsApi, type ApiVersionsRequest, type ApiVersionsResponse } from './apis/18-api-versions.ts';
export { createTopicsApi, type CreateTopicsRequest, type CreateTopicsResponse } from './apis/19-create-topics.ts';
export { deleteTopicsApi, type DeleteTopicsRequest, type DeleteTopicsResponse } from './apis/20-delete-topics.ts';
export { deleteRecordsApi, type DeleteRecordsRequest, type DeleteRecordsResponse } from './apis/21-delete-records.ts';
export {
  initProducerIdApi,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from './apis/22-init-producer-id.ts';
export {
  offsetForLeaderEpochApi,
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
} from './apis/23-offset-for-leader-epoch.ts';
export {
  addPartitionsToTxnApi,
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
} from './apis/24-add-partitions-to-txn.ts';
export {
  addOffsetsToTxnApi,
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
} from './apis/25-add-offsets-to-txn.ts';
export { endTxnApi, type EndTxnRequest, type EndTxnResponse } from './apis/26-end-txn.ts';
export {
  writeTxnMarkersApi,
  type WriteTxnMarkersRequest,
  type WriteTxnMarkersResponse,
} from './apis/27-write-txn-markers.ts';
export {
  txnOffsetCommitApi,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
} from './apis/28-txn-offset-commit.ts';
export { describeAclsApi, type DescribeAclsRequest, type DescribeAclsResponse } from './apis/29-describe-acls.ts';
export { createAclsApi, type CreateAclsRequest, type CreateAclsResponse } from './apis/30-create-acls.ts';
export { deleteAclsApi, type DeleteAclsRequest, type DeleteAclsResponse } from './apis/31-delete-acls.ts';
export {
  describeConfigsApi,
  type DescribeConfigsRequest,
  type DescribeConfigsResponse,
} from './apis/32-describe-configs.ts';
export { alterConfigsApi, type AlterConfigsRequest, type AlterConfigsResponse } from './apis/33-alter-configs.ts';
export {
  describeLogDirsApi,
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponse,
} from './apis/35-describe-log-dirs.ts';
export {
  createPartitionsApi,
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
} from './apis/37-create-partitions.ts';
export { deleteGroupsApi, type DeleteGroupsRequest, type DeleteGroupsResponse } from './apis/42-delete-groups.ts';
export { electLeadersApi, type ElectLeadersRequest, type ElectLeadersResponse } from './apis/43-elect-leaders.ts';
export {
  incrementalAlterConfigsApi,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from './apis/44-incremental-alter-configs.ts';
export {
  alterPartitionReassignmentsApi,
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
} from './apis/45-alter-partition-reassignments.ts';
export {
  listPartitionReassignmentsApi,
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponse,
} from './apis/46-list-partition-reassignments.ts';
export { offsetDeleteApi, type OffsetDeleteRequest, type OffsetDeleteResponse } from './apis/47-offset-delete.ts';
export {
  describeClientQuotasApi,
  type DescribeClientQuotasRequest,
  type DescribeClientQuotasResponse,
} from './apis/48-describe-client-quotas.ts';
export {
  describeUserScramCredentialsApi,
  type DescribeUserScramCredentialsRequest,
  type DescribeUserScramCredentialsResponse,
} from './apis/50-describe-user-scram-credentials.ts';
export {
  describeQuorumApi,
  type DescribeQuorumRequest,
  type DescribeQuorumResponse,
} from './apis/55-describe-quorum.ts';
export {
  describeClusterApi,
  type DescribeClusterRequest,
  type DescribeClusterResponse,
} from './apis/60-describe-cluster.ts';
export {
  describeProducersApi,
  type DescribeProducersRequest,
  type DescribeProducersResponse,
} from './apis/61-describe-producers.ts';
export {
  describeTransactionsApi,
  type DescribeTransactionsRequest,
  type DescribeTransactionsResponse,
} from './apis/65-describe-transactions.ts';
export {
  listTransactionsApi,
  type ListTransactionsRequest,
  type ListTransactionsResponse,
} from './apis/66-list-transactions.ts';
export {
  consumerGroupHeartbeatApi,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
} from './apis/68-consumer-group-heartbeat.ts';
export {
  consumerGroupDescribeApi,
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
} from './apis/69-consumer-group-describe.ts';
export {
  listConfigResourcesApi,
  type ListConfigResourcesRequest,
  type ListConfigResourcesResponse,
} from './apis/74-list-config-resources.ts';
export {
  describeTopicPartitionsApi,
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
} from './apis/75-describe-topic-partitions.ts';

export { configRecord, type ConfigRecord } from './stored/config-record.ts';
export {
  consumerGroupCurrentMemberAssignmentKey,
  type ConsumerGroupCurrentMemberAssignmentKey,
} from './stored/consumer-group-current-member-assignment-key.ts';
export {
  consumerGroupCurrentMemberAssignmentValue,
  type ConsumerGroupCurrentMemberAssignmentValue,
} from './stored/consumer-group-current-member-assignment-value.ts';
export {
  consumerGroupMemberMetadataKey,
  type ConsumerGroupMemberMetadataKey,
} from './stored/consumer-group-member-metadata-key.ts';
export {
  consumerGroupMemberMetadataValue,
  type ConsumerGroupMemberMetadataValue,
} from './stored/consumer-group-member-metadata-value.ts';
export { consumerGroupMetadataKey, type ConsumerGroupMetadataKey } from './stored/consumer-group-metadata-key.ts';
export { consumerGroupMetadataValue, type ConsumerGroupMetadataValue } from './stored/consumer-group-metadata-value.ts';
export {
  consumerGroupRegularExpressionKey,
  type ConsumerGroupRegularExpressionKey,
} from './stored/consumer-group-regular-expression-key.ts';
export {
  consumerGroupRegularExpressionValue,
  type ConsumerGroupRegularExpressionValue,
} from './stored/consumer-group-regular-expression-value.ts';
export {
  consumerGroupTargetAssignmentMemberKey,
  type ConsumerGroupTargetAssignmentMemberKey,
} from './stored/consumer-group-target-assignment-member-key.ts';
export {
  consumerGroupTargetAssignmentMemberValue,
  type ConsumerGroupTargetAssignmentMemberValue,
} from './stored/consumer-group-target-assignment-member-value.ts';
export {
  consumerGroupTargetAssignmentMetadataKey,
  type ConsumerGroupTargetAssignmentMetadataKey,
} from './stored/consumer-group-target-assignment-metadata-key.ts';
export {
  consumerGroupTargetAssignmentMetadataValue,
  type ConsumerGroupTargetAssignmentMetadataValue,
} from './stored/consumer-group-target-assignment-metadata-value.ts';
export { featureLevelRecord, type FeatureLevelRecord } from './stored/feature-level-record.ts';
export { groupMetadataKey, type GroupMetadataKey } from './stored/group-metadata-key.ts';
export { groupMetadataValue, type GroupMetadataValue } from './stored/group-metadata-value.ts';
export { offsetCommitKey, type OffsetCommitKey } from './stored/offset-commit-key.ts';
export { offsetCommitValue, type OffsetCommitValue } from './stored/offset-commit-value.ts';
export { partitionChangeRecord, type PartitionChangeRecord } from './stored/partition-change-record.ts';
export { partitionRecord, type PartitionRecord } from './stored/partition-record.ts';
export { producerIdsRecord, type ProducerIdsRecord } from './stored/producer-ids-record.ts';
export { removeTopicRecord, type RemoveTopicRecord } from './stored/remove-topic-record.ts';
export { topicRecord, type TopicRecord } from './stored/topic-record.ts';
export { transactionLogKey, type TransactionLogKey } from './stored/transaction-log-key.ts';
export { transactionLogValue, type TransactionLogValue } from './stored/transaction-log-value.ts';

export {
  addSequence,
  Attribute,
  BATCH_HEADER_BYTES,
  BATCH_OVERHEAD_BYTES,
  Compression,
  MAGIC,
  readBatchHeader,
  readSafeInt64,
  writeSafeInt64,
  type BatchHeader,
} from './records/batch-header.ts';
export { BatchRewriter, encodeEmptyBatch, encodeFillerBatch, recompressBatch } from './records/batch-rewriter.ts';
export { encodeBatch, type BatchInput, type RecordInput } from './records/batch-encoder.ts';
export {
  assignOffsets,
  batchesIn,
  hasValidCrc,
  validateBatch,
  type OffsetAssignment,
  type RecordBatch,
} from './records/record-batch.ts';
export {
  decodeRecords,
  visitRecords,
  type DecodedRecord,
  type DecodeOptions,
  type RecordHeader,
} from './records/record-reader.ts';
export {
  decodeTransactionMarker,
  encodeTransactionMarker,
  type TransactionMarker,
} from './records/transaction-marker.ts';
