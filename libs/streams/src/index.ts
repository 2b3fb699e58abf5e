/**
 * Streams: tables from compacted topics, event-time windows and joins, over Kafka.
 */
export {
  bytesCodec,
  contractTopic,
  doubleCodec,
  jsonCodec,
  longCodec,
  streamTopic,
  stringCodec,
  type Codec,
  type ContractCodec,
  type StreamTopic,
} from './codec/index.ts';
export { TopologyDriver, type DriverOptions, type DriverRecord } from './driver/index.ts';
export { StreamsError, type StreamsErrorCode } from './errors/index.ts';
export { Streams, StreamsModule, type StreamsAsyncOptions, type StreamsModuleOptions } from './module/index.ts';
export {
  openPartitionedTable,
  PartitionedTable,
  type PartitionedTableOptions,
  type PartitionOwner,
  type PartitionState,
} from './partitioned/index.ts';
export type { Emit, LatePolicy, MemoryTime, Remembered, Salted } from './processor/index.ts';
export type { RestoreProgress } from './restore/index.ts';
export { startStreams, StreamsApp, type StreamsHealth, type StreamsOptions } from './runtime/index.ts';
export { ByteTable, type ReadableStore, type RestoredRecord } from './store/index.ts';
export {
  followTopic,
  MaterializedTable,
  openTable,
  ReadableTopic,
  TopicFollower,
  type FollowedState,
  type FollowOptions,
  type OpenTableOptions,
  type TakeEvent,
} from './table/index.ts';
export {
  GlobalTable,
  GroupedStream,
  SessionStream,
  Stream,
  StreamsBuilder,
  Table,
  WindowedStream,
  type AggregateDefinition,
  type DistinctDefinition,
  type JoinStreamOptions,
  type MemoryDefinition,
  type SaltedAggregateDefinition,
  type SessionAggregateDefinition,
  type SessionCountDefinition,
  type ThroughOptions,
  type Topology,
  type WindowAggregateDefinition,
  type WindowCountDefinition,
} from './topology/index.ts';
export {
  hopping,
  sessionCodec,
  sessions,
  tumbling,
  windowedCodec,
  type HoppingOptions,
  type SessionOptions,
  type SessionWindows,
  type TimeWindows,
  type TumblingOptions,
  type Windowed,
} from './window/index.ts';
