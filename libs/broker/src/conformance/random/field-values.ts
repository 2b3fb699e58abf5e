/**
 * Values of request fields by their names: `usual` ones, which are about what the sequence knows, and `odd` ones at and beyond
 * the boundaries. A field that is not here gets a value of its type.
 */
import { ZERO_UUID } from '../../protocol/index.ts';
import { FIRST_TIMESTAMP_MS } from '../batches.ts';
import {
  GROUP_NAMES,
  TOPIC_NAMES,
  TRANSACTIONAL_IDS,
  UNKNOWN_TOPIC_ID,
  type KnownMember,
  type KnownProducer,
  type KnownSession,
  type KnownTopic,
} from './cast.ts';
import { OwnName } from './symbols.ts';

/** Whom a request is about. */
export interface Subject {
  readonly topic: KnownTopic;
  readonly member: KnownMember;
  readonly producer: KnownProducer;
  readonly session: KnownSession | undefined;
}

/** Values of a field. */
export interface FieldValues {
  readonly usual: (subject: Subject) => readonly unknown[];
  readonly odd: readonly unknown[];
}

const LARGE = Number.MAX_SAFE_INTEGER;
/** Longer than a topic's name may be. Names are a sequence's own where an engine keeps them. */
const LONG = new OwnName('x'.repeat(250));

const values = (usual: readonly unknown[], odd: readonly unknown[] = []): FieldValues => ({ usual: () => usual, odd });
const about = (usual: (subject: Subject) => unknown, odd: readonly unknown[] = []): FieldValues => ({
  usual: (subject) => [usual(subject)],
  odd,
});

const topicName = about(({ topic }) => topic.name, [...TOPIC_NAMES, new OwnName('nowhere'), '', 'not/a/topic', LONG]);
const partition = values([0, 0, 0, 1], [-1, 2, 7, 2 ** 31 - 1]);
const offset = values([0, 1, 2, 3, 5, 7], [-1, -2, -3, 1000, LARGE]);
const leaderEpoch = values([-1, -1, 0], [1, -2, 2 ** 31 - 1]);
const groupId = about(({ member }) => member.groupId, [...GROUP_NAMES, new OwnName('nobodys'), LONG]);
const memberId = about(({ member }) => member.memberId, ['', 'nobody']);
const generationId = about(({ member }) => member.generationId, [-1, 0, 1, 2, 99]);
const instanceId = about(({ member }) => member.groupInstanceId, [null, 'i0', 'i1']);
const transactionalId = about(({ producer }) => producer.transactionalId, [...TRANSACTIONAL_IDS, '', null]);
const producerId = about(({ producer }) => producer.producerId, [-1, 987_654_321]);
const producerEpoch = about(({ producer }) => producer.producerEpoch, [-1, 0, 1, 5]);
const timeoutMs = values([30_000]);

export const CONFIGS: readonly (readonly [string, string | null])[] = [
  ['retention.ms', '31536000000000'],
  ['retention.ms', '-1'],
  ['retention.ms', 'soon'],
  ['cleanup.policy', 'delete'],
  ['cleanup.policy', 'shred'],
  ['max.message.bytes', '300'],
  ['max.message.bytes', '1048588'],
  ['max.message.bytes', '-1'],
  ['segment.bytes', '1048576'],
  ['message.timestamp.type', 'CreateTime'],
  ['message.timestamp.type', 'Never'],
  ['compression.type', 'producer'],
  ['compression.type', 'zip'],
  ['no.such', 'x'],
];

const FIELDS: Readonly<Record<string, FieldValues>> = {
  topic: topicName,
  topicName,
  name: topicName,
  topicNames: topicName,
  topicId: about(({ topic }) => topic.topicId, [UNKNOWN_TOPIC_ID, ZERO_UUID]),
  partition,
  partitions: partition,
  partitionIndex: partition,
  partitionIndexes: partition,
  index: partition,
  fetchOffset: offset,
  offset,
  committedOffset: offset,
  logStartOffset: values([-1], [0, 5]),
  committedMetadata: values(['', 'm'], [null, 'x'.repeat(4097)]),
  committedLeaderEpoch: leaderEpoch,
  currentLeaderEpoch: leaderEpoch,
  leaderEpoch: values([0, 0, -1], [1, 5]),
  lastFetchedEpoch: values([-1, -1, 0], [1, 7]),
  timestamp: values(
    [-1, -2, -3, FIRST_TIMESTAMP_MS, FIRST_TIMESTAMP_MS + 1000, FIRST_TIMESTAMP_MS + 1500],
    [-4, -5, -6, -7, 0, 1, LARGE],
  ),
  commitTimestamp: values([-1]),
  retentionTimeMs: values([-1], [1000]),
  replicaId: values([-1]),
  isolationLevel: values([0, 1]),
  acks: values([-1, -1, 1], [2, -2]),
  maxWaitMs: values([0, 5], [-1]),
  minBytes: values([0, 1], [-1, 100_000]),
  maxBytes: values([1 << 20, 1 << 20, 300], [0, 1, -1]),
  partitionMaxBytes: values([1 << 20, 1 << 20, 300], [0, 1, -1]),
  rackId: values([''], ['somewhere']),
  clusterId: values([null]),
  sessionId: values([0]),
  sessionEpoch: values([-1, -1, 0]),
  groupId,
  groups: groupId,
  groupsNames: groupId,
  memberId,
  generationId,
  generationIdOrMemberEpoch: generationId,
  groupInstanceId: instanceId,
  // Neither they nor transactions end by the time that a sequence takes on a busy machine.
  sessionTimeoutMs: values([300_000], [1, 86_400_000, -1]),
  // Long enough not to matter: a member has its group to itself here.
  rebalanceTimeoutMs: values([10_000]),
  protocolType: values(['consumer', 'consumer', 'consumer'], ['connect', '', null]),
  protocolName: values(['range', 'range'], ['sticky', '', null]),
  reason: values([null, 'a test']),
  requireStable: values([false, true]),
  statesFilter: values(['Stable', 'Empty', 'PreparingRebalance'], ['stable', 'Sleeping', '']),
  typesFilter: values(['classic', 'consumer'], ['strange']),
  transactionalId,
  transactionalIds: about(({ producer }) => producer.transactionalId ?? '', [...TRANSACTIONAL_IDS, '']),
  transactionTimeoutMs: values([300_000], [0, -1, 86_400_000]),
  producerId,
  producerEpoch,
  v3AndBelowTransactionalId: transactionalId,
  v3AndBelowProducerId: producerId,
  v3AndBelowProducerEpoch: producerEpoch,
  committed: values([true, true, false]),
  numPartitions: values([1, 2, 3], [0, -1, -2]),
  replicationFactor: values([1, -1], [0, -2, 2]),
  count: values([2, 3, 4], [0, -1, 1]),
  brokerIds: values([1], [7, -1]),
  timeoutMs,
  validateOnly: values([false, false, true]),
  resourceType: values([2]),
  resourceName: about(({ topic }) => topic.name, [new OwnName('nowhere'), '', 'not/a/topic']),
  configurationKeys: values(['retention.ms', 'cleanup.policy', 'max.message.bytes'], ['no.such', '']),
  configOperation: values([0, 0, 1, 2, 3]),
  includeSynonyms: values([false, true]),
  includeDocumentation: values([false]),
  keyType: values([0, 0, 1], [2, 5]),
  endpointType: values([1]),
  responsePartitionLimit: values([2000, 2, 1], [0, -1]),
  cursor: values([null]),
  allowAutoTopicCreation: values([false]),
  // Kinds that do not exist end the connection to Apache Kafka.
  resourceTypeFilter: values([1, 2, 3, 4]),
  patternTypeFilter: values([1, 2, 3]),
  operation: values([1, 2, 3]),
  permissionType: values([1, 2, 3]),
  entityType: values(['user', 'client-id', 'ip'], ['', 'planet']),
  matchType: values([1, 2], [9]),
  match: values([null]),
  resourcePatternType: values([3]),
  electionType: values([0, 1]),
  replicas: values([1], [7, -1]),
  users: values([]),
  resourceTypes: values([2, 4], [8, 16, 32, 99]),
  clientSoftwareName: values(['conformance'], ['', 'a b']),
  clientSoftwareVersion: values(['1'], ['', '1/0']),
  durationFilter: values([-1, 0], [1, LARGE]),
  producerIdFilters: about(({ producer }) => producer.producerId, [-5]),
  stateFilters: values(['Ongoing', 'Empty', 'CompleteCommit'], ['Sleeping', '']),
  transactionalIdPattern: values([null, ''], ['x.*', '[']),
};

/** Fields that mean something else in one API. */
const FIELDS_OF: Readonly<Record<string, FieldValues>> = {
  'CreateTopics.name': {
    usual: () => TOPIC_NAMES,
    odd: ['', '.', 'not/a/topic', LONG, new OwnName('t0'), new OwnName('t.a'), new OwnName('t_a')],
  },
  'JoinGroup.groupId': { usual: () => GROUP_NAMES, odd: ['', LONG] },
  'Heartbeat.groupId': { ...groupId, odd: [...groupId.odd, ''] },
  'DescribeGroups.groups': { ...groupId, odd: [...groupId.odd, ''] },
  'JoinGroup.memberId': values([''], ['nobody']),
  'JoinGroup.groupInstanceId': values([null, null, 'i0'], ['', 'a/b']),
  'JoinGroup.name': values(['range', 'range', 'roundrobin']),
  // Behind the largest index Apache Kafka begins again at the smallest.
  'DescribeTopicPartitions.partitionIndex': values([0, 1, 2], [-1, 7]),
  'FindCoordinator.key': { usual: () => [...GROUP_NAMES, ...TRANSACTIONAL_IDS], odd: [''] },
  'FindCoordinator.coordinatorKeys': { usual: () => [...GROUP_NAMES, ...TRANSACTIONAL_IDS], odd: [''] },
  'InitProducerId.transactionalId': { usual: () => [null, ...TRANSACTIONAL_IDS], odd: [''] },
  'InitProducerId.producerId': values([-1, -1, -1], [987_654_321]),
  'InitProducerId.producerEpoch': values([-1, -1, -1], [0]),
  'OffsetFetch.memberEpoch': values([-1], [0, 3]),
  'OffsetFetch.memberId': values([null], ['nobody']),
  'Produce.transactionalId': values([null]),
};

/** The values of a field; undefined for one that has none of its own. */
export function valuesOf(api: string, field: string): FieldValues | undefined {
  return FIELDS_OF[`${api}.${field}`] ?? FIELDS[field];
}
