/** The door of the server room: sockets, dispatch and the wiring of all rooms into one broker. */
export { Broker } from './broker.ts';
export { type BrokerOptions } from './broker-options.ts';
export { type CleanerStatus, type CleanerTotals, type CompactedLogStatus } from '../storage/index.ts';
export { type ApiStatus, type BrokerStatus } from './broker-status.ts';
export { BrokerStartError, isDiskFull, type BrokerStartErrorCode } from './broker-start-error.ts';
export { type LocalAppend, type LocalClient, type LocalRecord } from './local-client.ts';
export { type ServedApi } from './request-context.ts';
export { answeredVersions } from './served-apis.ts';
export {
  brokerConfigCatalog,
  groupConfigCatalog,
  topicConfigCatalog,
  type BrokerConfigDefinition,
  type ConfigDefinition,
} from '../metadata/index.ts';
