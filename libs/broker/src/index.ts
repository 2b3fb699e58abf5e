/** The public door of the broker: start one, and talk to it in-process. */
export {
  Broker,
  BrokerStartError,
  isDiskFull,
  type ApiStatus,
  type BrokerOptions,
  type BrokerStartErrorCode,
  type BrokerStatus,
  type CleanerStatus,
  type CleanerTotals,
  type CompactedLogStatus,
  type LocalAppend,
  type LocalClient,
  type LocalRecord,
} from './server/index.ts';
