/** Decides a DeleteTopics request, by name or by topic id. Nothing is changed here. */
import { ErrorCode, KafkaError, ZERO_UUID } from '../../protocol/index.ts';
import { duplicatesIn } from '../duplicates-in.ts';
import type { MetadataImage } from '../metadata-image.ts';
import type { MetadataRecord } from '../metadata-record.ts';
import type { DeleteTopicsRequest, DeleteTopicsResponse } from '../messages.ts';
import type { TopicImage } from '../topic-image.ts';

type Row = DeleteTopicsResponse['responses'][number];

interface Requested {
  readonly name: string | null;
  readonly topicId: string;
}

export interface DeletionPlan {
  readonly records: readonly MetadataRecord[];
  readonly rows: readonly Row[];
  readonly deleted: readonly TopicImage[];
}

export function planDeleteTopics(image: MetadataImage, request: DeleteTopicsRequest): DeletionPlan {
  const requested: readonly Requested[] = [
    ...request.topics,
    ...request.topicNames.map((name) => ({ name, topicId: ZERO_UUID })),
  ];
  const duplicates = duplicatesIn(requested.map(keyOf));
  const rows: Row[] = [...duplicates].map((key) => duplicateRow(requested.find((each) => keyOf(each) === key)!));
  const deleted = new Set<TopicImage>();
  for (const each of requested.filter((candidate) => !duplicates.has(keyOf(candidate)))) {
    try {
      const topic = deletableTopic(image, each);
      if (deleted.has(topic)) throw new KafkaError(ErrorCode.INVALID_REQUEST, DUPLICATE_NAME);
      deleted.add(topic);
      rows.push({ name: topic.name, topicId: topic.topicId, errorCode: ErrorCode.NONE, errorMessage: null });
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      rows.push({ name: each.name, topicId: each.topicId, errorCode: error.code, errorMessage: error.message });
    }
  }
  const records = [...deleted].map(({ topicId }): MetadataRecord => ({ kind: 'removeTopic', value: { topicId } }));
  return { records, rows, deleted: [...deleted] };
}

function deletableTopic(image: MetadataImage, { name, topicId }: Requested): TopicImage {
  if (name === null && topicId === ZERO_UUID)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, 'Neither topic name nor id were specified.');
  if (name !== null && topicId !== ZERO_UUID)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, 'You may not specify both topic name and topic id.');
  const topic = name === null ? image.topicById(topicId) : image.topic(name);
  if (topic === undefined)
    throw name === null
      ? new KafkaError(ErrorCode.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.')
      : new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.');
  if (topic.isInternal)
    throw new KafkaError(
      ErrorCode.POLICY_VIOLATION,
      `The internal topic ${topic.name} holds the broker's own state and cannot be deleted.`,
    );
  return topic;
}

const DUPLICATE_NAME = 'Duplicate topic name.';

function keyOf({ name, topicId }: Requested): string {
  return `${topicId}:${name ?? ''}`;
}

/** None of several requests for one topic is done. */
function duplicateRow({ name, topicId }: Requested): Row {
  const errorMessage = name === null ? 'Duplicate topic id.' : DUPLICATE_NAME;
  return { name, topicId, errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}
