import { alterConfigsApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

/** AlterConfigs (key 33): replaces all settings of a resource; kept for kafkajs, newer clients use IncrementalAlterConfigs. */
export const alterConfigsHandler = defineHandler(alterConfigsApi, (request, { broker }) =>
  broker.metadata.alterConfigs(request),
);
