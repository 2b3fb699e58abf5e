/** Requests that most tests need, with the fields that they do not care about filled in. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  createTopicsApi,
  fetchApi,
  listOffsetsApi,
  produceApi,
  ZERO_UUID,
  type FetchResponse,
  type ProduceResponse,
} from '../../protocol/index.ts';
import type { WireClient } from './wire-client.ts';

const LOOK_MS = 5;

/** Creates a topic and waits until the broker leads all its partitions. */
export async function createTopic(
  client: WireClient,
  name: string,
  options: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { topics } = await client.send(createTopicsApi, 7, {
    topics: [
      {
        name,
        numPartitions: options.partitions ?? 1,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(options.config ?? {}).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 10_000,
  });
  const [topic] = topics;
  if (topic?.errorCode !== 0) throw new Error(`Creating ${name} failed: ${topic?.errorCode} ${topic?.errorMessage}`);
  await untilLed(client, name, options.partitions);
  return topic.topicId;
}

/** Waits until the broker leads so many partitions of a topic: Apache Kafka's take that up after its metadata say so. */
export async function untilLed(client: WireClient, name: string, count = 1): Promise<void> {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }));
  for (;;) {
    const { topics } = await client.send(listOffsetsApi, 5, { replicaId: -1, topics: [{ name, partitions }] });
    if (topics[0]!.partitions.every(({ errorCode }) => errorCode === 0)) return;
    await delay(LOOK_MS);
  }
}

export interface ProduceOptions {
  readonly version?: number;
  readonly acks?: number;
  readonly topicId?: string;
  readonly partition?: number;
}

/** Produces one batch. @returns the partition's answer. */
export async function produce(
  client: WireClient,
  topic: string,
  records: Buffer | null,
  { version = 12, acks = -1, topicId = ZERO_UUID, partition = 0 }: ProduceOptions = {},
): Promise<ProduceResponse['responses'][number]['partitionResponses'][number]> {
  const answer = await client.send(produceApi, version, {
    acks,
    timeoutMs: 10_000,
    topicData: [{ name: topic, topicId, partitionData: [{ index: partition, records: records && [records] }] }],
  });
  return answer.responses[0]!.partitionResponses[0]!;
}

export interface FetchOptions {
  readonly version?: number;
  readonly topicId?: string;
  readonly partition?: number;
  readonly minBytes?: number;
  readonly maxWaitMs?: number;
  readonly maxBytes?: number;
  readonly partitionMaxBytes?: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  readonly currentLeaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
  readonly isolationLevel?: number;
}

/** Fetches one partition. */
export function fetch(
  client: WireClient,
  topic: string,
  fetchOffset: number,
  options: FetchOptions = {},
): Promise<FetchResponse> {
  const { version = 12, topicId = ZERO_UUID, partition = 0, minBytes = 0, maxWaitMs = 0 } = options;
  const { maxBytes = 1 << 20, partitionMaxBytes = 1 << 20, sessionId = 0, sessionEpoch = -1 } = options;
  const { currentLeaderEpoch = -1, lastFetchedEpoch = -1, isolationLevel = 0 } = options;
  return client.send(fetchApi, version, {
    maxWaitMs,
    minBytes,
    maxBytes,
    isolationLevel,
    sessionId,
    sessionEpoch,
    topics: [
      {
        topic,
        topicId,
        partitions: [{ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }],
      },
    ],
  });
}

/** Asks for one offset. */
export async function listOffset(
  client: WireClient,
  topic: string,
  timestamp: number,
  version = 11,
): Promise<{ readonly errorCode: number; readonly offset: number; readonly timestamp: number }> {
  const { topics } = await client.send(listOffsetsApi, version, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  return topics[0]!.partitions[0]!;
}
