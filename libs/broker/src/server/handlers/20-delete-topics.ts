import { deleteTopicsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** DeleteTopics (key 20): v6 names topics by id as well (KIP-516). */
export const deleteTopicsHandler = defineHandler(deleteTopicsApi, (request, { broker, apiVersion }) =>
  broker.metadata.deleteTopics(request, apiVersion),
);
