/** Decides a CreatePartitions request. Nothing is changed here. */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { duplicatesIn } from '../duplicates-in.ts';
import type { MetadataImage } from '../metadata-image.ts';
import type { MetadataRecord } from '../metadata-record.ts';
import type { CreatePartitionsRequest, CreatePartitionsResponse } from '../messages.ts';
import type { TopicImage } from '../topic-image.ts';
import { isInternalTopic } from '../topic-name.ts';
import { checkAssignedBrokers } from './replica-assignment.ts';
import { partitionRecordOf } from './partition-record-of.ts';

type Requested = CreatePartitionsRequest['topics'][number];
type Row = CreatePartitionsResponse['results'][number];

const mostPartitions = 10_000;

export interface PartitionIncreasePlan {
  readonly records: readonly MetadataRecord[];
  readonly rows: readonly Row[];
  /** Topics, as they were, and their new partitions. */
  readonly grown: readonly { readonly topic: TopicImage; readonly partitions: readonly number[] }[];
}

export function planCreatePartitions(
  image: MetadataImage,
  topics: readonly Requested[],
  nodeId: number,
): PartitionIncreasePlan {
  const records: MetadataRecord[] = [];
  const rows: Row[] = [];
  const grown: { topic: TopicImage; partitions: readonly number[] }[] = [];
  const duplicates = duplicatesIn(topics.map(({ name }) => name));
  for (const name of duplicates)
    rows.push({ name, errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' });
  for (const requested of topics.filter(({ name }) => !duplicates.has(name))) {
    try {
      const topic = growableTopic(image, requested, nodeId);
      if (records.length + requested.count - topic.partitionCount > mostPartitions)
        throw new KafkaError(ErrorCode.POLICY_VIOLATION, 'Excessively large number of partitions per request.');
      const partitions = Array.from(
        { length: requested.count - topic.partitionCount },
        (_, index) => topic.partitionCount + index,
      );
      for (const partition of partitions) records.push(partitionRecordOf(topic.topicId, partition, nodeId));
      grown.push({ topic, partitions });
      rows.push({ name: requested.name, errorCode: ErrorCode.NONE, errorMessage: null });
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      rows.push({ name: requested.name, errorCode: error.code, errorMessage: error.message });
    }
  }
  return { records, rows, grown };
}

function growableTopic(image: MetadataImage, { name, count, assignments }: Requested, nodeId: number): TopicImage {
  const topic = image.topic(name);
  if (topic === undefined)
    throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.');
  const current = topic.partitionCount;
  if (count === current)
    throw new KafkaError(ErrorCode.INVALID_PARTITIONS, `Topic already has ${current} partition(s).`);
  if (count < current)
    throw new KafkaError(
      ErrorCode.INVALID_PARTITIONS,
      `The topic ${name} currently has ${current} partition(s); ${count} would not be an increase.`,
    );
  // A group is found by its hash modulo this number: with another one, the offsets stored so far would be lost.
  if (isInternalTopic(name))
    throw new KafkaError(
      ErrorCode.INVALID_PARTITIONS,
      `The number of partitions of the internal topic ${name} is fixed once it exists.`,
    );
  if (assignments === null) return topic;
  if (assignments.length !== count - current)
    throw new KafkaError(
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      `Attempted to add ${count - current} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    );
  for (const { brokerIds } of assignments) checkAssignedBrokers(brokerIds, nodeId);
  return topic;
}
