import { createTopicsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** CreateTopics (key 19): v4 takes the broker defaults for partitions and replicas (KIP-464), v5 answers with the configuration (KIP-525), v7 with the topic id. */
export const createTopicsHandler = defineHandler(createTopicsApi, (request, { broker }) =>
  broker.metadata.createTopics(request),
);
