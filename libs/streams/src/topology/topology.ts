import { StreamsError } from '../errors/index.ts';
import type { StreamTopic } from '../codec/index.ts';
import type { EventTimeMark } from '../alignment/index.ts';
import type { OpenOperator, StoreDefinition } from '../processor/index.ts';
import type { KeyValueStore } from '../store/index.ts';

/** An operator and what comes after it. Records' types are known to the language that builds the graph, and erased in it. */
export interface NodeDefinition {
  readonly name: string;
  readonly children: NodeDefinition[];
  readonly open: OpenOperator<never, never, never, never>;
}

/**
 * `stream`: every record is an event. `table`: the newest record of a key is its state, on the instance that owns the partition.
 * `global-table`: the same, all partitions on every instance, outside of tasks.
 */
export type SourceRole = 'stream' | 'table' | 'global-table';

export interface SourceDefinition {
  readonly topic: StreamTopic<unknown, unknown>;
  readonly role: SourceRole;
  /** Absent for a global table. */
  readonly node?: NodeDefinition;
  /** A table's store. */
  readonly store?: StoreDefinition;
}

/** A topic that the application makes for itself. */
export interface InternalTopic {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  /** As many as the largest of `like` when not given. */
  readonly partitions?: number;
  readonly like: readonly string[];
  /** Whether its records may be deleted when they have been processed. */
  readonly purged: boolean;
}

/** A topic between two steps, behind which event time goes by the slowest input in front of it. */
export interface AlignedTopic {
  readonly topic: string;
  /** The topics that are read in front of it: an input is one partition of one of them. */
  readonly inFront: readonly string[];
  /** Where event time goes on. */
  readonly node: NodeDefinition;
  readonly marks: StoreDefinition<KeyValueStore<string, EventTimeMark>>;
}

/** A built topology: its inputs, stores, steps and outputs. */
export interface Topology {
  /** Also the name of its consumer group and the first part of the names of its topics and transactional ids. */
  readonly applicationId: string;
  readonly sources: readonly SourceDefinition[];
  /** Parents before children. */
  readonly nodes: readonly NodeDefinition[];
  readonly stores: readonly StoreDefinition[];
  readonly internalTopics: readonly InternalTopic[];
  /** Sets of topics that must have the same number of partitions. */
  readonly copartitioned: readonly (readonly string[])[];
  readonly alignedTopics: readonly AlignedTopic[];
  /** Topics that are written, besides internal ones. */
  readonly sinks: readonly string[];
}

/** Collects a topology while it is described. */
export class TopologyGraph {
  readonly sources: SourceDefinition[] = [];
  readonly nodes: NodeDefinition[] = [];
  readonly stores: StoreDefinition[] = [];
  readonly internalTopics: InternalTopic[] = [];
  readonly copartitioned: (readonly string[])[] = [];
  readonly alignedTopics: AlignedTopic[] = [];
  readonly sinks = new Set<string>();
  private readonly names = new Set<string>();

  constructor(readonly applicationId: string) {
    if (!/^[a-zA-Z0-9._-]{1,100}$/.test(applicationId))
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `Application id '${applicationId}' cannot be part of a topic's name: use letters, digits, '.', '_' and '-'`,
      );
  }

  /** Names are stable parts of topics' names, so that nobody's state is lost by inserting a step before it. */
  claim(name: string): string {
    if (!/^[a-zA-Z0-9._-]{1,100}$/.test(name))
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `Name '${name}' cannot be part of a topic's name: use letters, digits, '.', '_' and '-'`,
      );
    if (this.names.has(name))
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `Name '${name}' is used twice in ${this.applicationId}: give each step its own`,
      );
    this.names.add(name);
    return name;
  }

  node<K, V, K2, V2>(
    name: string,
    parents: readonly NodeDefinition[],
    open: OpenOperator<K, V, K2, V2>,
  ): NodeDefinition {
    const node: NodeDefinition = { name, children: [], open: open as unknown as NodeDefinition['open'] };
    this.nodes.push(node);
    for (const parent of parents) parent.children.push(node);
    return node;
  }

  source(source: SourceDefinition): void {
    const { name } = source.topic;
    if (this.sources.some(({ topic }) => topic.name === name))
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `Topic ${name} is read twice in ${this.applicationId}: read it once and use the result twice`,
      );
    this.sources.push(source);
  }

  /** The topics whose records come to a node. */
  topicsInFrontOf(node: NodeDefinition): string[] {
    return this.sources
      .filter((source) => source.node && reachableFrom(source.node).has(node))
      .map(({ topic }) => topic.name);
  }

  /** A store with a changelog. */
  store<Definition extends StoreDefinition>(definition: Definition): Definition {
    this.stores.push(definition);
    this.internalTopics.push({
      name: changelogTopicOf(this.applicationId, definition.name),
      config: { 'cleanup.policy': 'compact' },
      like: definition.topics,
      purged: false,
    });
    return definition;
  }

  build(): Topology {
    const { applicationId, sources, nodes, stores, internalTopics, copartitioned, alignedTopics, sinks } = this;
    if (sources.length === 0) throw new StreamsError('TOPOLOGY_INVALID', `${applicationId} reads no topic`);
    const parts = { applicationId, sources, nodes, stores, internalTopics, copartitioned, alignedTopics };
    return { ...parts, sinks: [...sinks] };
  }
}

/** The node and all that come after it, without going through a topic. */
export function reachableFrom(node: NodeDefinition): ReadonlySet<NodeDefinition> {
  const reached = new Set([node]);
  for (const each of reached) for (const child of each.children) reached.add(child);
  return reached;
}

export function changelogTopicOf(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`;
}

export function repartitionTopicOf(applicationId: string, name: string): string {
  return `${applicationId}-${name}-repartition`;
}
