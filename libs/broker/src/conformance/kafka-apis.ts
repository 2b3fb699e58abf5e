/**
 * The APIs of Apache Kafka 4.3 and why some of them are not served here: what docs/kafka-api.md is made of, with the served
 * versions, which are the handlers'.
 */

/** Why an API is left out. */
export const REASONS = {
  removed: 'Apache Kafka 4 has removed it.',
  replication: 'One node: there are no replicas to move.',
  controllers: 'One node: there is no quorum of controllers and nobody to register with one.',
  security: 'Later: on one machine whoever reaches the port is let in; there are no accounts and no rights.',
  quotas:
    'Later: nobody is slowed down, and a quota that is taken but not kept would be worse than one that is refused.',
  shareGroups: 'Share groups (KIP-932) are not planned.',
  streamsGroups: 'Streams groups (KIP-1071) are not planned; Kafka Streams runs on classic groups.',
  telemetry: "Clients' metrics (KIP-714) are not collected; Apache Kafka serves it only with a plug-in, too.",
  features: 'Features are fixed by the release: there is no mixed cluster to upgrade.',
} as const;

/** A word of {@link REASONS}. */
export type Reason = keyof typeof REASONS;

export interface KafkaApi {
  readonly key: number;
  readonly name: string;
  /** As an Apache Kafka 4.3.1 broker lists them; `none` for what only controllers serve, or nobody any more. */
  readonly brokerVersions: string;
  /** Versions between controllers and brokers, where brokers serve none. */
  readonly controllerVersions?: string;
  /** Missing for what is served; ignored when it is served meanwhile. */
  readonly reason?: Reason;
}

/** By rising key. */
export const KAFKA_APIS: readonly KafkaApi[] = [
  { key: 0, name: 'Produce', brokerVersions: '0-13' },
  { key: 1, name: 'Fetch', brokerVersions: '4-18' },
  { key: 2, name: 'ListOffsets', brokerVersions: '1-11' },
  { key: 3, name: 'Metadata', brokerVersions: '0-13' },
  { key: 4, name: 'LeaderAndIsr', brokerVersions: 'none', reason: 'removed' },
  { key: 5, name: 'StopReplica', brokerVersions: 'none', reason: 'removed' },
  { key: 6, name: 'UpdateMetadata', brokerVersions: 'none', reason: 'removed' },
  { key: 7, name: 'ControlledShutdown', brokerVersions: 'none', reason: 'removed' },
  { key: 8, name: 'OffsetCommit', brokerVersions: '2-10' },
  { key: 9, name: 'OffsetFetch', brokerVersions: '1-10' },
  { key: 10, name: 'FindCoordinator', brokerVersions: '0-6' },
  { key: 11, name: 'JoinGroup', brokerVersions: '0-9' },
  { key: 12, name: 'Heartbeat', brokerVersions: '0-4' },
  { key: 13, name: 'LeaveGroup', brokerVersions: '0-5' },
  { key: 14, name: 'SyncGroup', brokerVersions: '0-5' },
  { key: 15, name: 'DescribeGroups', brokerVersions: '0-6' },
  { key: 16, name: 'ListGroups', brokerVersions: '0-5' },
  { key: 17, name: 'SaslHandshake', brokerVersions: '0-1', reason: 'security' },
  { key: 18, name: 'ApiVersions', brokerVersions: '0-4' },
  { key: 19, name: 'CreateTopics', brokerVersions: '2-7' },
  { key: 20, name: 'DeleteTopics', brokerVersions: '1-6' },
  { key: 21, name: 'DeleteRecords', brokerVersions: '0-2' },
  { key: 22, name: 'InitProducerId', brokerVersions: '0-5' },
  { key: 23, name: 'OffsetForLeaderEpoch', brokerVersions: '2-4' },
  { key: 24, name: 'AddPartitionsToTxn', brokerVersions: '0-5' },
  { key: 25, name: 'AddOffsetsToTxn', brokerVersions: '0-4' },
  { key: 26, name: 'EndTxn', brokerVersions: '0-5' },
  { key: 27, name: 'WriteTxnMarkers', brokerVersions: '1-2' },
  { key: 28, name: 'TxnOffsetCommit', brokerVersions: '0-5' },
  { key: 29, name: 'DescribeAcls', brokerVersions: '1-3' },
  { key: 30, name: 'CreateAcls', brokerVersions: '1-3' },
  { key: 31, name: 'DeleteAcls', brokerVersions: '1-3' },
  { key: 32, name: 'DescribeConfigs', brokerVersions: '1-4' },
  { key: 33, name: 'AlterConfigs', brokerVersions: '0-2' },
  { key: 34, name: 'AlterReplicaLogDirs', brokerVersions: '1-2', reason: 'replication' },
  { key: 35, name: 'DescribeLogDirs', brokerVersions: '1-5' },
  { key: 36, name: 'SaslAuthenticate', brokerVersions: '0-2', reason: 'security' },
  { key: 37, name: 'CreatePartitions', brokerVersions: '0-3' },
  { key: 38, name: 'CreateDelegationToken', brokerVersions: '1-3', reason: 'security' },
  { key: 39, name: 'RenewDelegationToken', brokerVersions: '1-2', reason: 'security' },
  { key: 40, name: 'ExpireDelegationToken', brokerVersions: '1-2', reason: 'security' },
  { key: 41, name: 'DescribeDelegationToken', brokerVersions: '1-3', reason: 'security' },
  { key: 42, name: 'DeleteGroups', brokerVersions: '0-2' },
  { key: 43, name: 'ElectLeaders', brokerVersions: '0-2' },
  { key: 44, name: 'IncrementalAlterConfigs', brokerVersions: '0-1' },
  { key: 45, name: 'AlterPartitionReassignments', brokerVersions: '0-1' },
  { key: 46, name: 'ListPartitionReassignments', brokerVersions: '0-0' },
  { key: 47, name: 'OffsetDelete', brokerVersions: '0-0' },
  { key: 48, name: 'DescribeClientQuotas', brokerVersions: '0-1' },
  { key: 49, name: 'AlterClientQuotas', brokerVersions: '0-1', reason: 'quotas' },
  { key: 50, name: 'DescribeUserScramCredentials', brokerVersions: '0-0' },
  { key: 51, name: 'AlterUserScramCredentials', brokerVersions: '0-0', reason: 'security' },
  { key: 52, name: 'Vote', brokerVersions: 'none', controllerVersions: '0-2', reason: 'controllers' },
  { key: 53, name: 'BeginQuorumEpoch', brokerVersions: 'none', controllerVersions: '0-1', reason: 'controllers' },
  { key: 54, name: 'EndQuorumEpoch', brokerVersions: 'none', controllerVersions: '0-1', reason: 'controllers' },
  { key: 55, name: 'DescribeQuorum', brokerVersions: '0-2' },
  { key: 56, name: 'AlterPartition', brokerVersions: 'none', controllerVersions: '2-3', reason: 'controllers' },
  { key: 57, name: 'UpdateFeatures', brokerVersions: '0-2', reason: 'features' },
  { key: 58, name: 'Envelope', brokerVersions: 'none', controllerVersions: '0-0', reason: 'controllers' },
  { key: 59, name: 'FetchSnapshot', brokerVersions: 'none', controllerVersions: '0-1', reason: 'controllers' },
  { key: 60, name: 'DescribeCluster', brokerVersions: '0-2' },
  { key: 61, name: 'DescribeProducers', brokerVersions: '0-0' },
  { key: 62, name: 'BrokerRegistration', brokerVersions: 'none', controllerVersions: '0-4', reason: 'controllers' },
  { key: 63, name: 'BrokerHeartbeat', brokerVersions: 'none', controllerVersions: '0-2', reason: 'controllers' },
  { key: 64, name: 'UnregisterBroker', brokerVersions: '0-0', reason: 'controllers' },
  { key: 65, name: 'DescribeTransactions', brokerVersions: '0-0' },
  { key: 66, name: 'ListTransactions', brokerVersions: '0-2' },
  { key: 67, name: 'AllocateProducerIds', brokerVersions: 'none', controllerVersions: '0-0', reason: 'controllers' },
  { key: 68, name: 'ConsumerGroupHeartbeat', brokerVersions: '0-1' },
  { key: 69, name: 'ConsumerGroupDescribe', brokerVersions: '0-1' },
  { key: 70, name: 'ControllerRegistration', brokerVersions: 'none', controllerVersions: '0-0', reason: 'controllers' },
  { key: 71, name: 'GetTelemetrySubscriptions', brokerVersions: '0-0', reason: 'telemetry' },
  { key: 72, name: 'PushTelemetry', brokerVersions: '0-0', reason: 'telemetry' },
  { key: 73, name: 'AssignReplicasToDirs', brokerVersions: 'none', controllerVersions: '0-0', reason: 'controllers' },
  { key: 74, name: 'ListConfigResources', brokerVersions: '0-1' },
  { key: 75, name: 'DescribeTopicPartitions', brokerVersions: '0-0' },
  { key: 76, name: 'ShareGroupHeartbeat', brokerVersions: '1-1', reason: 'shareGroups' },
  { key: 77, name: 'ShareGroupDescribe', brokerVersions: '1-1', reason: 'shareGroups' },
  { key: 78, name: 'ShareFetch', brokerVersions: '1-2', reason: 'shareGroups' },
  { key: 79, name: 'ShareAcknowledge', brokerVersions: '1-2', reason: 'shareGroups' },
  { key: 80, name: 'AddRaftVoter', brokerVersions: '0-1', reason: 'controllers' },
  { key: 81, name: 'RemoveRaftVoter', brokerVersions: '0-0', reason: 'controllers' },
  { key: 82, name: 'UpdateRaftVoter', brokerVersions: 'none', controllerVersions: '0-0', reason: 'controllers' },
  { key: 83, name: 'InitializeShareGroupState', brokerVersions: '0-0', reason: 'shareGroups' },
  { key: 84, name: 'ReadShareGroupState', brokerVersions: '0-0', reason: 'shareGroups' },
  { key: 85, name: 'WriteShareGroupState', brokerVersions: '0-1', reason: 'shareGroups' },
  { key: 86, name: 'DeleteShareGroupState', brokerVersions: '0-0', reason: 'shareGroups' },
  { key: 87, name: 'ReadShareGroupStateSummary', brokerVersions: '0-1', reason: 'shareGroups' },
  { key: 88, name: 'StreamsGroupHeartbeat', brokerVersions: '0-0', reason: 'streamsGroups' },
  { key: 89, name: 'StreamsGroupDescribe', brokerVersions: '0-0', reason: 'streamsGroups' },
  { key: 90, name: 'DescribeShareGroupOffsets', brokerVersions: '0-1', reason: 'shareGroups' },
  { key: 91, name: 'AlterShareGroupOffsets', brokerVersions: '0-0', reason: 'shareGroups' },
  { key: 92, name: 'DeleteShareGroupOffsets', brokerVersions: '0-0', reason: 'shareGroups' },
];
