import { offsetsTopicName } from '../../group/index.ts';
import type { TopicImage } from '../../metadata/index.ts';
import {
  ErrorCode,
  KafkaError,
  metadataApi,
  ZERO_UUID,
  type MetadataRequest,
  type ResponseInput,
} from '../../protocol/index.ts';
import type { BrokerServices, RequestContext } from '../request-context.ts';
import { CLUSTER_OPERATIONS, OPERATIONS_UNKNOWN, TOPIC_OPERATIONS } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';
import { missingTopicError } from './missing-topic.ts';

const FIRST_VERSION_BY_ID = 12;

type TopicAnswer = ResponseInput<typeof metadataApi>['topics'][number];

/**
 * Metadata (key 3): brokers and topics. v0: an empty list asks for all topics, from v1 null does and an empty list for
 * none; v4 lets the client forbid automatic creation; v10 adds topic ids, v12 asks by them (KIP-516).
 *
 * A topic that is missing and may be created is created before the answer, so that the first answer can be used at once.
 */
export const metadataHandler = defineHandler(metadataApi, async (request, context) => {
  const { broker, connection, apiVersion } = context;
  const { nodeId, host, port } = broker.endpointFor(connection);
  const asksForAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0);
  const topics = asksForAll
    ? broker.metadata.topics().map((topic) => describe(topic, request, context))
    : await namedTopics(request, context);
  return {
    brokers: [{ nodeId, host, port, rack: null }],
    clusterId: broker.metadata.clusterId,
    controllerId: nodeId,
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_UNKNOWN,
    errorCode: ErrorCode.NONE,
  };
});

/** One id makes it a request by ids, and names are left out of account. */
async function namedTopics(request: MetadataRequest, context: RequestContext): Promise<TopicAnswer[]> {
  const topics = request.topics ?? [];
  const ids = new Set(topics.map(({ topicId }) => topicId).filter((topicId) => topicId !== ZERO_UUID));
  if (context.apiVersion < FIRST_VERSION_BY_ID && (ids.size > 0 || topics.some(({ name }) => name === null)))
    return topics.map(({ name, topicId }) => failed(name ?? '', topicId, ErrorCode.INVALID_REQUEST));
  if (ids.size > 0) return [...ids].map((topicId) => topicById(topicId, request, context));
  const names = new Set(topics.map(({ name }) => name ?? ''));
  return Promise.all([...names].map((name) => topicByName(name, request, context)));
}

function topicById(topicId: string, request: MetadataRequest, context: RequestContext): TopicAnswer {
  const image = context.broker.metadata.topicById(topicId);
  if (image === undefined) return failed(null, topicId, ErrorCode.UNKNOWN_TOPIC_ID);
  return describe(image, request, context);
}

async function topicByName(name: string, request: MetadataRequest, context: RequestContext): Promise<TopicAnswer> {
  const { broker } = context;
  const image = broker.metadata.topic(name);
  if (image !== undefined) return describe(image, request, context);
  if (!request.allowAutoTopicCreation || !broker.metadata.brokerConfig.autoCreateTopicsEnable)
    return { ...failed(name, ZERO_UUID, missingTopicError(name)), ...operations(request) };
  try {
    return describe(await autoCreate(name, broker), request, context);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { ...failed(name, ZERO_UUID, error.code), ...operations(request) };
  }
}

/** The offsets topic is created as its coordinator wants it, whoever names it first. */
async function autoCreate(name: string, broker: BrokerServices): Promise<TopicImage> {
  if (name === offsetsTopicName) await broker.groups.get();
  return broker.metadata.topic(name) ?? broker.metadata.autoCreateTopic(name);
}

function describe(topic: TopicImage, request: MetadataRequest, { broker }: RequestContext): TopicAnswer {
  const { nodeId } = broker.metadata;
  const replicas = [nodeId];
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    partitions: Array.from({ length: topic.partitionCount }, (_, partitionIndex) => ({
      errorCode: ErrorCode.NONE,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: broker.storage.get(topic.name, partitionIndex)?.leaderEpoch ?? 0,
      replicaNodes: replicas,
      isrNodes: replicas,
      offlineReplicas: [],
    })),
    ...operations(request),
  };
}

function operations({
  includeTopicAuthorizedOperations,
}: MetadataRequest): Pick<TopicAnswer, 'topicAuthorizedOperations'> {
  return { topicAuthorizedOperations: includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : OPERATIONS_UNKNOWN };
}

function failed(name: string | null, topicId: string, errorCode: number): TopicAnswer {
  return { errorCode, name, topicId, isInternal: false, partitions: [], topicAuthorizedOperations: OPERATIONS_UNKNOWN };
}
