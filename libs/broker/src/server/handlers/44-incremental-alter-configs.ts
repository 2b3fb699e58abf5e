import { incrementalAlterConfigsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** IncrementalAlterConfigs (key 44, KIP-339): sets, deletes, appends to and subtracts from single settings. */
export const incrementalAlterConfigsHandler = defineHandler(incrementalAlterConfigsApi, (request, { broker }) =>
  broker.metadata.incrementalAlterConfigs(request),
);
