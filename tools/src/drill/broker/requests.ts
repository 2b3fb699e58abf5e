/** The requests that drills make, with the fields that they do not care about filled in. */
import {
  createTopicsApi,
  errorName,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  produceApi,
  ZERO_UUID,
  type FetchResponse,
  type MetadataResponse,
  type ProduceResponse,
} from '@headwater/broker-core/protocol';
import { Violation } from '../violation.ts';
import type { BrokerClient } from './broker-client.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** @throws Violation when an answer carries an error that nothing explains. */
export function expectNone(errorCode: number, what: string): void {
  if (errorCode !== 0) throw new Violation('a good request is served', `${what} was answered ${errorName(errorCode)}`);
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** @returns the error's code. */
export async function createTopic(client: BrokerClient, { name, partitions, config = {} }: NewTopic): Promise<number> {
  const { topics } = await client.send(createTopicsApi, 7, {
    topics: [
      {
        name,
        numPartitions: partitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 30_000,
  });
  return topics[0]!.errorCode;
}

export interface ProduceOptions {
  readonly acks?: number;
  readonly transactionalId?: string | null;
  readonly version?: number;
}

/** Produces one batch. @returns the partition's answer. */
export async function produce(
  client: BrokerClient,
  { topic, partition }: TopicPartition,
  batch: Buffer,
  { acks = -1, transactionalId = null, version = 11 }: ProduceOptions = {},
): Promise<ProduceResponse['responses'][number]['partitionResponses'][number]> {
  const { responses } = await client.send(produceApi, version, {
    transactionalId,
    acks,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records: [batch] }] }],
  });
  return responses[0]!.partitionResponses[0]!;
}

export interface FetchOptions {
  readonly isolationLevel?: 0 | 1;
  readonly maxBytes?: number;
  readonly maxWaitMs?: number;
}

/** Fetches one partition. @returns the partition's answer. */
export async function fetch(
  client: BrokerClient,
  { topic, partition }: TopicPartition,
  fetchOffset: number,
  { isolationLevel = 0, maxBytes = 4 << 20, maxWaitMs = 0 }: FetchOptions = {},
): Promise<FetchResponse['responses'][number]['partitions'][number]> {
  const { responses } = await client.send(fetchApi, 12, {
    maxWaitMs,
    minBytes: maxWaitMs === 0 ? 0 : 1,
    maxBytes,
    isolationLevel,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      {
        topic,
        topicId: ZERO_UUID,
        partitions: [{ partition, fetchOffset, partitionMaxBytes: maxBytes, currentLeaderEpoch: -1 }],
      },
    ],
  });
  return responses[0]!.partitions[0]!;
}

/** All topics. */
export async function metadata(client: BrokerClient): Promise<MetadataResponse['topics']> {
  const answer = await client.send(metadataApi, 12, { topics: null, allowAutoTopicCreation: false });
  return answer.topics;
}

/** The partition's log start offset. */
export async function earliestOffset(client: BrokerClient, { topic, partition }: TopicPartition): Promise<number> {
  const { topics } = await client.send(listOffsetsApi, 7, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -2 }] }],
  });
  const { errorCode, offset } = topics[0]!.partitions[0]!;
  expectNone(errorCode, `the first offset of ${topic}-${partition}`);
  return offset;
}
