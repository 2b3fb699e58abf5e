/** Short ways to send a group world the requests of the consumer protocol. */
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '../messages.ts';
import type { DescribedConsumerGroup } from '../consumer/describe-consumer-group.ts';
import type { GroupWorld } from './group-world.ts';

type Changes = Partial<ConsumerGroupHeartbeatRequest> & { readonly version?: number };

/** A heartbeat that says nothing new. */
export function heartbeat(
  world: GroupWorld,
  memberId: string,
  memberEpoch: number,
  { version = 1, ...changes }: Changes = {},
): Promise<ConsumerGroupHeartbeatResponse> {
  const request: ConsumerGroupHeartbeatRequest = {
    groupId: 'g',
    memberId,
    memberEpoch,
    instanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    subscribedTopicNames: null,
    subscribedTopicRegex: null,
    serverAssignor: null,
    topicPartitions: null,
    ...changes,
  };
  return world.run(world.coordinator.consumerGroupHeartbeat(request, world.context(version)));
}

/** A heartbeat by which a member joins; it subscribes to `orders` unless told otherwise. */
export function join(world: GroupWorld, memberId: string, changes: Changes = {}) {
  const first = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['orders'], topicPartitions: [] };
  return heartbeat(world, memberId, 0, { ...first, ...changes });
}

/** The partitions of an answer, as `topic-partition`; undefined when it has none. */
export function assigned(world: GroupWorld, { assignment }: ConsumerGroupHeartbeatResponse): string[] | undefined {
  return assignment?.topicPartitions.flatMap(({ topicId, partitions }) =>
    partitions.map((partition) => `${world.topics.topicName(topicId)}-${partition}`),
  );
}

/** The rows of a request's `topicPartitions` for partitions named `topic-partition`. */
export function owning(world: GroupWorld, partitions: readonly string[]) {
  return partitions.map((name) => {
    const at = name.lastIndexOf('-');
    return { topicId: world.topics.topicId(name.slice(0, at))!, partitions: [Number(name.slice(at + 1))] };
  });
}

export async function describeConsumer(world: GroupWorld, groupId = 'g'): Promise<DescribedConsumerGroup> {
  const request = { groupIds: [groupId], includeAuthorizedOperations: false };
  return (await world.run(world.coordinator.consumerGroupDescribe(request, world.context(1)))).groups[0]!;
}
