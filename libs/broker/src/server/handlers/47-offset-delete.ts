import {
  ErrorCode,
  offsetDeleteApi,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
} from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

type TopicAnswer = OffsetDeleteResponse['topics'][number];

/** OffsetDelete (key 47, KIP-496): forgets offsets of topics that the group does not read now. */
export const offsetDeleteHandler = defineHandler(offsetDeleteApi, async (request, context) => {
  if (request.groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] };
  const partitionCount = (name: string): number => context.broker.metadata.topic(name)?.partitionCount ?? 0;
  const known = partitionsWhere(request, (name, index) => index >= 0 && index < partitionCount(name));
  // A topic that is not there is told of, even when nothing of it is asked for.
  const unknown = partitionsWhere(
    request,
    (name, index) => index < 0 || index >= partitionCount(name),
    (name) => partitionCount(name) === 0,
  );
  const groups = await context.broker.groups.get();
  const answer = await groups.offsetDelete({ ...request, topics: known }, groupContext(context));
  if (answer.errorCode !== ErrorCode.NONE) return answer;
  const refused = unknown.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => ({ ...partition, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })),
  }));
  return { ...answer, topics: merged([...answer.topics, ...refused]) };
});

/** One entry for each topic. */
function merged(topics: readonly TopicAnswer[]): TopicAnswer[] {
  const byName = new Map<string, TopicAnswer>();
  for (const { name, partitions } of topics)
    byName.set(name, { name, partitions: [...(byName.get(name)?.partitions ?? []), ...partitions] });
  return [...byName.values()];
}

function partitionsWhere(
  { topics }: OffsetDeleteRequest,
  isWanted: (topic: string, partitionIndex: number) => boolean,
  isAlways: (topic: string) => boolean = () => false,
): OffsetDeleteRequest['topics'] {
  return topics
    .map(({ name, partitions }) => ({
      name,
      partitions: partitions.filter(({ partitionIndex }) => isWanted(name, partitionIndex)),
    }))
    .filter(({ name, partitions }) => partitions.length > 0 || isAlways(name));
}
