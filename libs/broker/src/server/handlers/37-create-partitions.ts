import { createPartitionsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** CreatePartitions (key 37, KIP-195): raises the number of partitions of topics. */
export const createPartitionsHandler = defineHandler(createPartitionsApi, (request, { broker }) =>
  broker.metadata.createPartitions(request),
);
