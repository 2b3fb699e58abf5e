/**
 * Where this broker answers otherwise than Apache Kafka 4.3.1, and why that is right. The comparison accepts these and nothing
 * else, and fails for one that it does not meet any more; docs/conformance.md is made of them.
 */
import type { Difference } from './compare-answers.ts';
import type { RandomDifference } from './random/random-sequence.ts';

export interface AcceptedDifference {
  /** What differs, for a reader. */
  readonly what: string;
  readonly reason: string;
  /** Matches `API: scenario: request`. */
  readonly requests: RegExp;
  /** Matches the path of the field. */
  readonly fields: RegExp;
  /** Whether a difference that random requests met is this one. */
  readonly random?: (difference: RandomDifference) => boolean;
}

/** Random requests to an API whose differing field matches. */
function inRandom(api: string, fields: RegExp): (difference: RandomDifference) => boolean {
  return ({ request, field }) => request.startsWith(`${api}: random`) && fields.test(field);
}

const ANSWERS_NONSENSE = 'Apache Kafka fails at a value that it did not expect (UNKNOWN_SERVER_ERROR).';

const clusterDifferences: readonly AcceptedDifference[] = [
  {
    what: 'The APIs and versions that ApiVersions lists',
    reason: 'See [kafka-api.md](kafka-api.md).',
    requests: /^ApiVersions: /,
    fields: /^apiKeys\[\d+\]/,
  },
  {
    what: 'The features that ApiVersions lists, and their epoch',
    reason: 'A feature is listed when it is served: the ones of replicas, share groups and streams groups are not.',
    requests: /^ApiVersions: /,
    fields: /^(finalizedFeatures|supportedFeatures)/,
  },
  {
    what: 'The brokers in the answer to a Metadata request that names topics by id where that is not allowed',
    reason: 'Apache Kafka makes the answer to an invalid request without them; a client that reads them loses nothing.',
    requests: /^Metadata: topics and brokers: by /,
    fields: /^(brokers|clusterId|controllerId|clusterAuthorizedOperations)$/,
    random: inRandom('Metadata', /^(brokers|clusterId|controllerId|clusterAuthorizedOperations)$/),
  },
  {
    what: 'Metadata for a topic without name and id',
    reason: `INVALID_TOPIC_EXCEPTION here. ${ANSWERS_NONSENSE}`,
    requests: /^Metadata: topics and brokers: by neither/,
    fields: /errorCode$/,
  },
  {
    what: 'The epoch and the end of the metadata log in DescribeQuorum',
    reason: 'Each engine has its own log; here nobody is ever elected, so that the epoch stays 0.',
    requests: /^DescribeQuorum: quorum: of the metadata/,
    fields: /(leaderEpoch|highWatermark|logEndOffset)$/,
  },
  {
    what: 'Loggers among the resources with settings',
    reason: 'There are no loggers by name.',
    requests: /^ListConfigResources: resources with settings: (all|of kind 8)/,
    fields: /^configResources/,
  },
  {
    what: 'The words for a kind of coordinator that does not exist',
    reason: 'They name the kind; Apache Kafka has the general words of INVALID_REQUEST.',
    requests: /^FindCoordinator: coordinators: of (an unknown|a negative) kind/,
    fields: /errorMessage$/,
    random: inRandom('FindCoordinator', /errorMessage$/),
  },
];

const topicDifferences: readonly AcceptedDifference[] = [
  {
    what: 'Two topics of one request whose names differ by a dot and an underscore',
    reason:
      'Both cannot be told apart in metrics: the second is refused, as it is in a request of its own. Apache Kafka sees only the topics that were there before.',
    requests: /^CreateTopics: creation: names of one request that differ by a dot/,
    fields: /^topics/,
  },
  {
    what: 'The source of `min.insync.replicas`',
    reason:
      'Apache Kafka 4.3 writes the default for the whole cluster when it formats a disk, for eligible leader replicas; one node has none.',
    requests: /^(CreateTopics|DescribeConfigs|AlterConfigs|IncrementalAlterConfigs): /,
    fields: /configs\[min\.insync\.replicas\]/,
  },
  {
    what: 'The form of a value that is not in its own form (blanks around it, `TRUE`)',
    reason: 'It is shown as it is understood; Apache Kafka shows what was written.',
    requests: /^CreateTopics: configurations: (retention\.ms= 5 |preallocate=TRUE)/,
    fields: /configs\[(retention\.ms|preallocate)\]\.value$/,
  },
  {
    what: 'The words of CreatePartitions for a topic that is not there',
    reason: 'Apache Kafka has none.',
    requests: /^CreatePartitions: more partitions: an (unknown|invalid) topic/,
    fields: /errorMessage$/,
    random: inRandom('CreatePartitions', /errorMessage$/),
  },
];

const configDifferences: readonly AcceptedDifference[] = [
  {
    what: 'The words of DescribeConfigs for what cannot be described',
    reason: 'They say why; Apache Kafka has none, or the general words of INVALID_REQUEST.',
    requests: /^DescribeConfigs: description: (an unknown (topic|kind)|kind 0|a broker logger)/,
    fields: /errorMessage$/,
    random: inRandom('DescribeConfigs', /errorMessage$/),
  },
  {
    what: 'The documentation of a configuration',
    reason: 'In our own words.',
    requests: /^DescribeConfigs: /,
    fields: /documentation$/,
  },
  {
    what: 'What of the broker may be changed while it runs',
    reason:
      'Listeners, limits of connections, the least time between assignments, and all that concerns authentication and encryption are fixed at start: a setting that promises what is not there is refused.',
    requests: /^DescribeConfigs: description: all of the broker/,
    fields:
      /^results\.configs\[(listeners|listener\.security\.protocol\.map|max\.connections(\.per\.ip)?|config\.providers|cordoned\.log\.dirs|group\.consumer\.assignment\.interval\.ms|metric\.reporters|principal\.builder\.class|(sasl|ssl)\.[^\]]+)\]\.readOnly$/,
  },
  {
    what: 'The settings of each engine’s own place, node and cluster, and their defaults',
    reason:
      'Listeners, folders, the controller and the replication factors of one node are each engine’s own; the defaults of `group.initial.rebalance.delay.ms` and `group.consumer.assignment.interval.ms` are 0, so that groups start at once.',
    requests: /^DescribeConfigs: description: all of the broker/,
    fields:
      /^results\.configs\[(listeners|advertised\.listeners|listener\.security\.protocol\.map|inter\.broker\.listener\.name|controller\.listener\.names|controller\.quorum\.voters|log\.dirs?|node\.id|broker\.id|process\.roles|group\.initial\.rebalance\.delay\.ms|group\.consumer\.assignment\.interval\.ms|[^\]]+\.(replication\.factor|min\.isr))\]\.(value|configSource|synonyms(\.\w+)?)$/,
  },
  {
    what: 'The default of `node.id` among its synonyms',
    reason: 'Apache Kafka has no default for it; this broker is node 1 when nothing is said.',
    requests: /^DescribeConfigs: description: some of the broker/,
    fields: /configs\[node\.id\]\.synonyms$/,
  },
  {
    what: 'Levels of loggers, configurations of client metrics',
    reason: 'There is nothing to configure: no loggers by name, no client metrics.',
    requests: /^DescribeConfigs: description: (a broker logger|client metrics)/,
    fields: /^results\.(errorCode|configs)/,
    random: inRandom('ListConfigResources', /^configResources$/),
  },
  {
    what: 'IncrementalAlterConfigs with an operation that does not exist',
    reason: `INVALID_REQUEST here. ${ANSWERS_NONSENSE}`,
    requests: /^IncrementalAlterConfigs: change: an unknown operation/,
    fields: /^responses\./,
  },
  {
    what: 'A configuration of the broker that does not exist, or that only a restart can change',
    reason: 'It is refused by its name. Apache Kafka takes an unknown one for a plug-in’s, and checks the value first.',
    requests: /^IncrementalAlterConfigs: change: (an unknown|a read-only) one of the broker/,
    fields: /^responses\./,
  },
];

const logDifferences: readonly AcceptedDifference[] = [
  {
    what: 'The words of a refused Produce request, and the numbers of its bad records',
    reason:
      'They say what is wrong and where; Apache Kafka has none for most errors. The batch is refused as a whole in both.',
    requests: /^Produce: /,
    fields: /(errorMessage|recordErrors)$/,
  },
  {
    what: 'A topic of a Produce request without partitions',
    reason: 'It is answered by an entry without partitions; Apache Kafka leaves it out.',
    requests: /^Produce: batches: no partition/,
    fields: /^responses$/,
  },
  {
    what: 'A partition that a Produce or Fetch request names twice',
    reason:
      'Both are done and answered, in the order of the request; Apache Kafka does and answers one of them. No client does this.',
    requests: /^(Produce: batches|Fetch: errors): a partition twice/,
    fields: /^responses\.(partitionResponses|partitions)$/,
  },
  {
    what: 'The error for bytes that are not one whole batch of format 2',
    reason:
      'CORRUPT_MESSAGE and UNSUPPORTED_FOR_MESSAGE_FORMAT say which of them it was; Apache Kafka has INVALID_RECORD, and CORRUPT_MESSAGE for an impossible length. Bytes behind the batch are refused; Apache Kafka drops them.',
    requests:
      /^Produce: malformed records: (ten zero bytes|an older format|cut off|a byte more|a length of zero|a negative length)/,
    fields: /^responses\.partitionResponses\./,
  },
  {
    what: 'A batch whose base offset is not 0',
    reason: 'It is taken: the log assigns the offset in any case. Apache Kafka refuses it.',
    requests: /^Produce: malformed records: a base offset of its own/,
    fields: /^responses\.partitionResponses\./,
  },
  {
    what: 'The append time in the answer to a batch that was there already',
    reason: 'None, as in the first answer; Apache Kafka gives the largest timestamp of the batch.',
    requests:
      /^Produce: (idempotence|transactional batches): (the first again|the first of two again|the last batch again)/,
    fields: /logAppendTimeMs$/,
  },
  {
    what: 'A producer id with a negative epoch',
    reason: 'INVALID_RECORD: no producer has it. Apache Kafka compares it with the epoch that it knows.',
    requests: /^Produce: idempotence: a negative epoch/,
    fields: /^responses\.partitionResponses\./,
  },
  {
    what: 'OffsetFetch of nobody, with a member epoch',
    reason: 'UNKNOWN_MEMBER_ID; Apache Kafka stumbles over the null and says UNKNOWN_SERVER_ERROR.',
    requests: /^OffsetFetch: next-generation groups: nobody with an epoch/,
    fields: /^groups\.errorCode$/,
  },
  {
    what: 'An isolation level that does not exist',
    reason: `It is read as uncommitted. ${ANSWERS_NONSENSE}`,
    requests: /^(Fetch|ListOffsets): .*: an unknown isolation/,
    fields: /^(responses|topics|errorCode)/,
  },
  {
    what: 'The entries of a topic in the answer to a fetch in a session',
    reason:
      'Its partitions share one entry; Apache Kafka makes another one for a partition that a later fetch has added.',
    requests: /^Fetch: sessions: an unknown topic added/,
    fields: /^responses/,
  },
  {
    what: 'The end of leader epoch -2',
    reason: 'Unknown; Apache Kafka gives the start of the log. No client asks for it.',
    requests: /^OffsetForLeaderEpoch: leader epochs: epoch -2/,
    fields: /^topics\.partitions\./,
  },
  {
    what: 'The largest timestamp of a log whose records were deleted',
    reason: 'Of those that are left, if any; Apache Kafka gives a record that cannot be read any more.',
    requests: /^ListOffsets: deleted records: timestamp -3 afterwards/,
    fields: /^topics\.partitions\./,
    random: inRandom('ListOffsets', /^topics\.partitions\.(timestamp|offset|leaderEpoch)$/),
  },
];

const transactionDifferences: readonly AcceptedDifference[] = [
  {
    what: 'The aborted transactions in the answer to a fetch of committed records',
    reason:
      'Those that have records in the answer. Apache Kafka looks further, to the next entry of its index, and may name some that begin behind the answer; a client has no use for them.',
    requests: /^Fetch: committed records: /,
    fields: /abortedTransactions$/,
  },
  {
    what: 'A marker with a negative epoch',
    reason: `INVALID_PRODUCER_EPOCH here. ${ANSWERS_NONSENSE}`,
    requests: /^WriteTxnMarkers: markers: a negative epoch/,
    fields: /errorCode$/,
  },
];

export const acceptedDifferences: readonly AcceptedDifference[] = [
  ...clusterDifferences,
  ...topicDifferences,
  ...configDifferences,
  ...logDifferences,
  ...transactionDifferences,
];

/** The accepted difference that a difference is, if it is one. */
export function acceptanceOf({ request, field }: Difference): AcceptedDifference | undefined {
  return acceptedDifferences.find(({ requests, fields }) => requests.test(request) && fields.test(field));
}
