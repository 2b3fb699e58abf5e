import { produceApi } from './apis/00-produce.ts';
import { fetchApi } from './apis/01-fetch.ts';
import { listOffsetsApi } from './apis/02-list-offsets.ts';
import { metadataApi } from './apis/03-metadata.ts';
import { offsetCommitApi } from './apis/08-offset-commit.ts';
import { offsetFetchApi } from './apis/09-offset-fetch.ts';
import { findCoordinatorApi } from './apis/10-find-coordinator.ts';
import { joinGroupApi } from './apis/11-join-group.ts';
import { heartbeatApi } from './apis/12-heartbeat.ts';
import { leaveGroupApi } from './apis/13-leave-group.ts';
import { syncGroupApi } from './apis/14-sync-group.ts';
import { describeGroupsApi } from './apis/15-describe-groups.ts';
import { listGroupsApi } from './apis/16-list-groups.ts';
import { apiVersionsApi } from './apis/18-api-versions.ts';
import { createTopicsApi } from './apis/19-create-topics.ts';
import { deleteTopicsApi } from './apis/20-delete-topics.ts';
import { deleteRecordsApi } from './apis/21-delete-records.ts';
import { initProducerIdApi } from './apis/22-init-producer-id.ts';
import { offsetForLeaderEpochApi } from './apis/23-offset-for-leader-epoch.ts';
import { addPartitionsToTxnApi } from './apis/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnApi } from './apis/25-add-offsets-to-txn.ts';
import { endTxnApi } from './apis/26-end-txn.ts';
import { writeTxnMarkersApi } from './apis/27-write-txn-markers.ts';
import { txnOffsetCommitApi } from './apis/28-txn-offset-commit.ts';
import { describeAclsApi } from './apis/29-describe-acls.ts';
import { createAclsApi } from './apis/30-create-acls.ts';
import { deleteAclsApi } from './apis/31-delete-acls.ts';
import { describeConfigsApi } from './apis/32-describe-configs.ts';
import { alterConfigsApi } from './apis/33-alter-configs.ts';
import { describeLogDirsApi } from './apis/35-describe-log-dirs.ts';
import { createPartitionsApi } from './apis/37-create-partitions.ts';
import { deleteGroupsApi } from './apis/42-delete-groups.ts';
import { electLeadersApi } from './apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from './apis/44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from './apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from './apis/46-list-partition-reassignments.ts';
import { offsetDeleteApi } from './apis/47-offset-delete.ts';
import { describeClientQuotasApi } from './apis/48-describe-client-quotas.ts';
import { describeUserScramCredentialsApi } from './apis/50-describe-user-scram-credentials.ts';
import { describeQuorumApi } from './apis/55-describe-quorum.ts';
import { describeClusterApi } from './apis/60-describe-cluster.ts';
import { describeProducersApi } from './apis/61-describe-producers.ts';
import { describeTransactionsApi } from './apis/65-describe-transactions.ts';
import { listTransactionsApi } from './apis/66-list-transactions.ts';
import { consumerGroupHeartbeatApi } from './apis/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeApi } from './apis/69-consumer-group-describe.ts';
import { listConfigResourcesApi } from './apis/74-list-config-resources.ts';
import { describeTopicPartitionsApi } from './apis/75-describe-topic-partitions.ts';
import type { AnyApi } from './codec/define-api.ts';

/** Every API with a definition here, by rising key. Which of them are answered is the server's choice. */
export const apis: readonly AnyApi[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  endTxnApi,
  writeTxnMarkersApi,
  txnOffsetCommitApi,
  describeAclsApi,
  createAclsApi,
  deleteAclsApi,
  describeConfigsApi,
  alterConfigsApi,
  describeLogDirsApi,
  createPartitionsApi,
  deleteGroupsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  describeClientQuotasApi,
  describeUserScramCredentialsApi,
  describeQuorumApi,
  describeClusterApi,
  describeProducersApi,
  describeTransactionsApi,
  listTransactionsApi,
  consumerGroupHeartbeatApi,
  consumerGroupDescribeApi,
  listConfigResourcesApi,
  describeTopicPartitionsApi,
];

/** The same by key. */
export const apisByKey: ReadonlyMap<number, AnyApi> = new Map(apis.map((api) => [api.key, api]));
