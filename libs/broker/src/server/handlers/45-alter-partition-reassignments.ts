import { alterPartitionReassignmentsApi, ErrorCode, type ResponseInput } from '../../protocol/index.ts';
import type { BrokerServices } from '../request-context.ts';
import { defineHandler } from './handler.ts';

type PartitionAnswer = ResponseInput<typeof alterPartitionReassignmentsApi>['responses'][number]['partitions'][number];
type Outcome = Omit<PartitionAnswer, 'partitionIndex'>;

const done: Outcome = { errorCode: ErrorCode.NONE, errorMessage: null };

/**
 * AlterPartitionReassignments (key 45, KIP-455): there is one node, so that a partition can only be sent to where it is, which
 * is done at once, and no move is ever under way that could be ended.
 */
export const alterPartitionReassignmentsHandler = defineHandler(
  alterPartitionReassignmentsApi,
  ({ topics, allowReplicationFactorChange }, { broker }) => ({
    allowReplicationFactorChange,
    errorCode: ErrorCode.NONE,
    errorMessage: topics.length === 0 ? '' : null,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => ({
        partitionIndex,
        ...reassign(broker, name, partitionIndex, replicas),
      })),
    })),
  }),
);

function reassign(
  { metadata }: BrokerServices,
  name: string,
  partition: number,
  replicas: readonly number[] | null,
): Outcome {
  const topic = metadata.topic(name);
  if (topic === undefined) return unknown(`Unable to find a topic named ${name}.`);
  if (partition < 0 || partition >= topic.partitionCount)
    return unknown(`Unable to find partition ${name}:${partition}.`);
  if (replicas === null) return { errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, errorMessage: null };
  const sorted = replicas.toSorted((left, right) => left - right);
  if (sorted.length === 0) return invalid('an empty replica list.');
  for (const [index, node] of sorted.entries()) {
    if (node !== metadata.nodeId) return invalid(`broker ${node}, but no such broker is registered.`);
    if (index > 0) return invalid(`the broker ${node} more than once.`);
  }
  return done;
}

function unknown(errorMessage: string): Outcome {
  return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage };
}

function invalid(what: string): Outcome {
  return {
    errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    errorMessage: `The manual partition assignment includes ${what}`,
  };
}
