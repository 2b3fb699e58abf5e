/**
 * What is computed: streams and tables, built by a small language of typed steps. A topology is a description; tasks are made of it, one
 * for each partition.
 */
export type {
  AggregateDefinition,
  DistinctDefinition,
  JoinStreamOptions,
  MemoryDefinition,
  SaltedAggregateDefinition,
  SessionAggregateDefinition,
  SessionCountDefinition,
  ThroughOptions,
  WindowAggregateDefinition,
  WindowCountDefinition,
} from './definitions.ts';
export { GlobalTable, GroupedStream, SessionStream, Stream, Table, WindowedStream } from './stream.ts';
export { StreamsBuilder } from './streams-builder.ts';
export {
  changelogTopicOf,
  reachableFrom,
  type InternalTopic,
  type NodeDefinition,
  type SourceDefinition,
  type SourceRole,
  type Topology,
} from './topology.ts';
