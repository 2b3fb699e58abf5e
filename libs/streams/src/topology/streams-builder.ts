import type { StreamTopic } from '../codec/index.ts';
import type { OpenOperator, StoreDefinition } from '../processor/index.ts';
import { TableStore } from '../store/index.ts';
import { GlobalTable, Stream, Table } from './stream.ts';
import { TopologyGraph, type SourceDefinition, type Topology } from './topology.ts';

const passOn: OpenOperator<unknown, unknown, unknown, unknown> = (_context, forward) => ({ process: forward });

/**
 * Begins a topology:
 *
 *     const builder = new StreamsBuilder('page-views-per-minute');
 *     builder
 *       .stream(pageViews)
 *       .groupByKey()
 *       .windowedBy(tumbling({ sizeMs: 60_000, graceMs: 10_000 }))
 *       .count({ name: 'per-minute', emit: 'final' })
 *       .to(viewsPerMinute);
 *     const topology = builder.build();
 */
export class StreamsBuilder {
  private readonly graph: TopologyGraph;

  /**
   * @param applicationId the consumer group, and the first part of the names of internal topics: never change it while its state matters.
   * @throws {StreamsError} `TOPOLOGY_INVALID`
   */
  constructor(applicationId: string) {
    this.graph = new TopologyGraph(applicationId);
  }

  /** The records of a topic. Records without a key or with a null value have nothing to say in a stream and are passed over. */
  stream<K, V>(topic: StreamTopic<K, V>): Stream<K, V> {
    const node = this.graph.node(`source ${topic.name}`, [], passOn);
    this.graph.source({ topic: topic as SourceDefinition['topic'], role: 'stream', node });
    return new Stream({ graph: this.graph, node, topics: [topic.name], key: topic.key, value: topic.value });
  }

  /**
   * A compacted topic as a table: each instance holds the partitions that it owns. Its store has the topic's name.
   */
  table<K, V>(topic: StreamTopic<K, V>): Table<K, V> {
    const definition: StoreDefinition<TableStore<K, V>> = {
      name: this.graph.claim(topic.name),
      topics: [topic.name],
      source: topic.name,
      create: () => new TableStore(topic),
    };
    this.graph.stores.push(definition);
    const node = this.graph.node(`source ${topic.name}`, [], passOn);
    this.graph.source({ topic: topic as SourceDefinition['topic'], role: 'table', node, store: definition });
    return new Table({ graph: this.graph, node, topics: [topic.name], key: topic.key, value: topic.value }, definition);
  }

  /** A compacted topic as a table that every instance holds whole, so that a join with it needs no common partitioning. */
  globalTable<K, V>(topic: StreamTopic<K, V>): GlobalTable<K, V> {
    this.graph.source({ topic: topic as SourceDefinition['topic'], role: 'global-table' });
    return new GlobalTable(topic);
  }

  /** @throws {StreamsError} `TOPOLOGY_INVALID` */
  build(): Topology {
    return this.graph.build();
  }
}
