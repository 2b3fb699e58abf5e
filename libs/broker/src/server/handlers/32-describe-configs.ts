import { describeConfigsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** DescribeConfigs (key 32): settings of topics and of the broker, their sources (v1), types and documentation (v3, KIP-569). */
export const describeConfigsHandler = defineHandler(describeConfigsApi, (request, { broker }) =>
  broker.metadata.describeConfigs(request),
);
