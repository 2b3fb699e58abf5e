import { ErrorCode, listConfigResourcesApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';

const TOPIC = 2;
const BROKER = 4;
const BROKER_LOGGER = 8;
const CLIENT_METRICS = 16;
const GROUP = 32;
const KINDS = [GROUP, CLIENT_METRICS, BROKER_LOGGER, BROKER, TOPIC];

/**
 * ListConfigResources (key 74): every topic, this node, and the groups that have settings of their own (KIP-1142). v0 asks for
 * clients' metrics only (KIP-1000), which, as loggers by name, do not exist here.
 */
export const listConfigResourcesHandler = defineHandler(listConfigResourcesApi, (request, { broker, apiVersion }) => {
  const asked = apiVersion === 0 ? [CLIENT_METRICS] : request.resourceTypes;
  if (asked.some((type) => !KINDS.includes(type)))
    return { errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] };
  const { metadata } = broker;
  const namesOf = (type: number): readonly string[] => {
    if (type === TOPIC) return metadata.topics().map(({ name }) => name);
    if (type === BROKER) return [String(metadata.nodeId)];
    return type === GROUP ? metadata.groupsWithSettings() : [];
  };
  const configResources = KINDS.filter((type) => asked.length === 0 || asked.includes(type)).flatMap((resourceType) =>
    namesOf(resourceType).map((resourceName) => ({ resourceName, resourceType })),
  );
  return { errorCode: ErrorCode.NONE, configResources };
});
