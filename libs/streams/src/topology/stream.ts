/**
 * The language of topologies: streams, what they are grouped to, and tables. They lie in one file as each leads to the others.
 */
import { markCodec, type EventTimeMark } from '../alignment/index.ts';
import { keyIdentity, longCodec, stringCodec, type Codec, type StreamTopic } from '../codec/index.ts';
import { StreamsError } from '../errors/index.ts';
import {
  aggregateOperator,
  conflateOperator,
  distinctOperator,
  memoryOperator,
  saltedAggregateOperator,
  sessionOperator,
  streamJoinOperators,
  windowOperator,
  type OpenOperator,
  type Salted,
  type StoreDefinition,
} from '../processor/index.ts';
import {
  JoinStore,
  KeyValueStore,
  MemoryStore,
  SeenStore,
  SessionStore,
  WindowStore,
  type ReadableStore,
  type StateStore,
} from '../store/index.ts';
import type { SessionWindows, TimeWindows, Windowed } from '../window/index.ts';
import type {
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
import { repartitionTopicOf, type NodeDefinition, type SourceDefinition, type TopologyGraph } from './topology.ts';

/** A place in a topology, and what is known of the records that pass it. */
export interface StreamPlace<K, V> {
  readonly graph: TopologyGraph;
  readonly node: NodeDefinition;
  /** Topics whose partitioning the records still have; none when their keys were changed. */
  readonly topics: readonly string[];
  /** Known as long as the keys are those of a topic. */
  readonly key?: Codec<K>;
  /** Known as long as the values are those of a topic. */
  readonly value?: Codec<V>;
  /** Whether stream time is told by marks and not by records: behind an aligned topic. */
  readonly isAligned?: boolean;
}

/** A stream whose records of one key lie in one partition. */
export type GroupedPlace<K, V> = StreamPlace<K, V> & { readonly key: Codec<K> };

/** Records, one after another. Steps return new streams; a stream may be used several times. Functions must be pure. */
export class Stream<K, V> {
  constructor(private readonly place: StreamPlace<K, V>) {}

  /** Only the records that satisfy it. */
  filter(satisfies: (value: V, key: K) => boolean): Stream<K, V> {
    return new Stream({
      ...this.place,
      node: this.after('filter', (_context, forward) => ({
        process: (record) => {
          if (satisfies(record.value, record.key)) forward(record);
        },
      })),
    });
  }

  mapValues<V2>(map: (value: V, key: K) => V2): Stream<K, V2> {
    return this.valued(
      this.after<K, V2>('mapValues', (_context, forward) => ({
        process: ({ key, value, timestampMs }) => forward({ key, value: map(value, key), timestampMs }),
      })),
    );
  }

  /** Any number of values for one. */
  flatMapValues<V2>(map: (value: V, key: K) => Iterable<V2>): Stream<K, V2> {
    return this.valued(
      this.after<K, V2>('flatMapValues', (_context, forward) => ({
        process: ({ key, value, timestampMs }) => {
          for (const each of map(value, key)) forward({ key, value: each, timestampMs });
        },
      })),
    );
  }

  /** New keys: before grouping or joining by them, send the stream `through` a topic; before that, nothing is moved. */
  selectKey<K2>(select: (value: V, key: K) => K2): Stream<K2, V> {
    const node = this.after<K2, V>('selectKey', (_context, forward) => ({
      process: ({ key, value, timestampMs }) => forward({ key: select(value, key), value, timestampMs }),
    }));
    const { graph, value, isAligned } = this.place;
    return new Stream<K2, V>({ graph, node, topics: [], ...(value && { value }), ...(isAligned && { isAligned }) });
  }

  /** Looks at each record. */
  peek(look: (value: V, key: K, timestampMs: number) => void): Stream<K, V> {
    return new Stream({
      ...this.place,
      node: this.after('peek', (_context, forward) => ({
        process: (record) => {
          look(record.value, record.key, record.timestampMs);
          forward(record);
        },
      })),
    });
  }

  /**
   * The records of both. Where one of them comes through an aligned topic, that one's event time is the result's. Topics of both must have the
   * same number of partitions when the result is grouped or joined.
   */
  merge(other: Stream<K, V>): Stream<K, V> {
    const { graph, node: mine, topics, ...codecs } = this.place;
    const node = graph.node<K, V, K, V>('merge', [mine, other.place.node], (_context, forward) => ({
      process: forward,
    }));
    const partitioned = topics.length > 0 && other.place.topics.length > 0;
    const isAligned = codecs.isAligned ?? other.place.isAligned;
    return new Stream({
      ...codecs,
      graph,
      node,
      topics: partitioned ? [...topics, ...other.place.topics] : [],
      ...(isAligned && { isAligned }),
    });
  }

  /**
   * Sends the stream through a topic of the application's own, where records lie by their new key.
   * @param name names the topic: `<application>-<name>-repartition`.
   */
  through<K2>(
    name: string,
    { key, keyCodec, valueCodec, partitions, aligned: isAligned = false }: ThroughOptions<K, V, K2>,
  ): Stream<K2, V> {
    const { graph } = this.place;
    const topic: StreamTopic<K2, V> = {
      name: repartitionTopicOf(graph.applicationId, graph.claim(name)),
      key: keyCodec,
      value: valueCodec,
    };
    graph.internalTopics.push({
      name: topic.name,
      config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
      ...(partitions === undefined ? {} : { partitions }),
      like: this.place.topics.length > 0 ? this.place.topics : graph.sources.map((source) => source.topic.name),
      purged: true,
    });
    this.after(`through ${name}`, (context) => ({
      process: ({ key: old, value, timestampMs }) => context.send(topic, { key: key(value, old), value, timestampMs }),
    }));
    const node = graph.node<K2, V, K2, V>(`source ${topic.name}`, [], (_context, forward) => ({ process: forward }));
    graph.source({ topic: topic as SourceDefinition['topic'], role: 'stream', node });
    if (isAligned) this.align(name, topic.name, node);
    return new Stream({ graph, node, topics: [topic.name], key: keyCodec, value: valueCodec, isAligned });
  }

  private align(name: string, topic: string, node: NodeDefinition): void {
    const { graph } = this.place;
    const marks: StoreDefinition<KeyValueStore<string, EventTimeMark>> = graph.store({
      name: graph.claim(`${name}-event-time`),
      topics: [topic],
      create: () => new KeyValueStore<string, EventTimeMark>(stringCodec, markCodec),
    });
    graph.alignedTopics.push({ topic, inFront: graph.topicsInFrontOf(this.place.node), node, marks });
  }

  /** Of records of one identity only the newest of each commit goes on: for updates that come more often than anybody looks. */
  conflate(identity: (value: V, key: K) => string | number): Stream<K, V> {
    return new Stream({ ...this.place, node: this.after('conflate', conflateOperator(identity)) });
  }

  /**
   * The first of two stages of an aggregation by a new key, for keys that may be hot: adds up where the records lie, and gives at each
   * commit what each key has gained in this partition, which is its salt. Few records are left of many: send them `through` a topic
   * by their key, and add them up there. A part counts once where commits do, exactly once.
   */
  saltedAggregate<K2 extends string | number, A>(
    definition: SaltedAggregateDefinition<V, K2, A>,
  ): Stream<Salted<K2>, A> {
    const node = this.after<Salted<K2>, A>('saltedAggregate', saltedAggregateOperator(definition));
    return new Stream<Salted<K2>, A>({ graph: this.place.graph, node, topics: [] });
  }

  /** @throws {StreamsError} `NOT_PARTITIONED_BY_KEY` */
  groupByKey(): GroupedStream<K, V> {
    const place = this.partitioned('grouped');
    if (place.topics.length > 1) place.graph.copartitioned.push(place.topics);
    return new GroupedStream(place);
  }

  /** Each record with its key's value in the table; records whose key has none are left out. */
  join<T, R>(table: Table<K, T>, join: (value: V, tableValue: T, key: K) => R): Stream<K, R> {
    return this.lookUp(table, (value, found, key, tell) => {
      if (found !== undefined) tell(join(value, found, key));
    });
  }

  /** The same, with undefined where the table has no value. */
  leftJoin<T, R>(table: Table<K, T>, join: (value: V, tableValue: T | undefined, key: K) => R): Stream<K, R> {
    return this.lookUp(table, (value, found, key, tell) => tell(join(value, found, key)));
  }

  /** Each record with a value of a table that every instance holds; undefined where there is none. */
  joinGlobal<K2, T, R>(
    table: GlobalTable<K2, T>,
    select: (value: V, key: K) => K2,
    join: (value: V, tableValue: T | undefined, key: K) => R,
  ): Stream<K, R> {
    return this.valued(
      this.after<K, R>(`join ${table.topic.name}`, (context, forward) => {
        const state = context.globalTable<K2, T>(table.topic.name);
        return {
          process: ({ key, value, timestampMs }) =>
            forward({ key, value: join(value, state.get(select(value, key)), key), timestampMs }),
        };
      }),
    );
  }

  /** Joins records of two streams that have the same key and are close in time. @throws {StreamsError} */
  joinStream<W, R>(other: Stream<K, W>, options: JoinStreamOptions<K, V, W, R>): Stream<K, R> {
    const left = this.partitioned('joined');
    const right = other.partitioned('joined');
    const { graph } = left;
    const { name, kind, withinMs, graceMs = 0, join } = options;
    const leftCodec = options.left ?? left.value;
    const rightCodec = options.right ?? right.value;
    if (!leftCodec || !rightCodec)
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `Join ${name} keeps records: give the codecs 'left' and 'right' of values that were mapped`,
      );
    const { beforeMs, afterMs } = typeof withinMs === 'number' ? { beforeMs: withinMs, afterMs: withinMs } : withinMs;
    const topics = [...left.topics, ...right.topics];
    graph.copartitioned.push(topics);
    const store: StoreDefinition<JoinStore<K, V, W>> = graph.store({
      name: graph.claim(name),
      topics,
      create: () => new JoinStore<K, V, W>(left.key, [leftCodec, rightCodec]),
    });
    const [openLeft, openRight] = streamJoinOperators({ name, store, kind, beforeMs, afterMs, graceMs, join });
    const leftNode = graph.node(`join ${name}`, [left.node], openLeft);
    const rightNode = graph.node(`join ${name}`, [right.node], openRight);
    const node = graph.node<K, R, K, R>(`joined ${name}`, [leftNode, rightNode], (_context, forward) => ({
      process: forward,
    }));
    return new Stream<K, R>({ graph, node, topics, key: left.key });
  }

  /** Writes the stream to a topic. A null value is a tombstone. */
  to<VT>(topic: V extends VT | null ? StreamTopic<K, VT> : never): void {
    const { graph } = this.place;
    graph.sinks.add(topic.name);
    this.after(`sink ${topic.name}`, (context) => ({
      process: (record) => context.send(topic as StreamTopic<K, unknown>, record),
    }));
  }

  private after<K2, V2>(name: string, open: OpenOperator<K, V, K2, V2>): NodeDefinition {
    return this.place.graph.node(name, [this.place.node], open);
  }

  /** The same keys, other values. */
  private valued<V2>(node: NodeDefinition): Stream<K, V2> {
    const { graph, topics, key, isAligned } = this.place;
    return new Stream<K, V2>({ graph, node, topics, ...(key && { key }), ...(isAligned && { isAligned }) });
  }

  private partitioned(how: string): StreamPlace<K, V> & { readonly key: Codec<K> } {
    const { key, topics } = this.place;
    if (!key || topics.length === 0)
      throw new StreamsError(
        'NOT_PARTITIONED_BY_KEY',
        `A stream whose keys were changed cannot be ${how}: records of one key lie in several partitions. Send it through a topic first: .through(name, { key, … })`,
      );
    return { ...this.place, key };
  }

  private lookUp<T, R>(
    table: Table<K, T>,
    meet: (value: V, found: T | undefined, key: K, tell: (value: R) => void) => void,
  ): Stream<K, R> {
    const { graph, topics } = this.partitioned('joined');
    graph.copartitioned.push([...table.place.topics, ...topics]);
    return this.valued(
      this.after<K, R>(`join ${table.store.name}`, (context, forward) => {
        const state = context.store(table.store);
        return {
          process: ({ key, value, timestampMs }) =>
            meet(value, state.get(key), key, (joined) => forward({ key, value: joined, timestampMs })),
        };
      }),
    );
  }
}

/** Where records of one key come together. */
export class GroupedStream<K, V> {
  constructor(private readonly place: GroupedPlace<K, V>) {}

  /** How many records each key has had. */
  count({ name }: { readonly name: string }): Table<K, number> {
    return this.aggregate({ name, codec: longCodec, add: (count = 0) => count + 1 });
  }

  aggregate<A>({ name, codec, add }: AggregateDefinition<K, V, A>): Table<K, A> {
    const { graph, topics, key, node } = this.place;
    const store: StoreDefinition<KeyValueStore<K, A>> = graph.store({
      name: graph.claim(name),
      topics,
      create: () => new KeyValueStore<K, A>(key, codec),
    });
    const after = graph.node(`aggregate ${name}`, [node], aggregateOperator({ store, add }));
    return new Table<K, A>({ graph, node: after, topics, key, value: codec }, store);
  }

  /** Remembers something of each key for a while of stream time, so that records that belong together meet. */
  remember<S, R>({ name, codec, ...steps }: MemoryDefinition<V, S, R>): Stream<K, R> {
    const { graph, topics, key, node, isAligned = false } = this.place;
    const store: StoreDefinition<MemoryStore<K, S>> = graph.store({
      name: graph.claim(name),
      topics,
      create: () => new MemoryStore<K, S>(key, codec),
    });
    const after = graph.node<K, V, K, R>(
      `remember ${name}`,
      [node],
      memoryOperator({ name, store, isAligned, ...steps }),
    );
    return new Stream<K, R>({ graph, node: after, topics, key });
  }

  windowedBy(windows: TimeWindows): WindowedStream<K, V>;
  windowedBy(windows: SessionWindows): SessionStream<K, V>;
  windowedBy(windows: TimeWindows | SessionWindows): WindowedStream<K, V> | SessionStream<K, V> {
    return windows.kind === 'time' ? new WindowedStream(this.place, windows) : new SessionStream(this.place, windows);
  }
}

/** A grouped stream cut into windows. */
export class WindowedStream<K, V> {
  constructor(
    private readonly place: GroupedPlace<K, V>,
    private readonly windows: TimeWindows,
  ) {}

  /**
   * The first record of each value of a key in a window, at once and as it was; its copies are left out, and so are late records.
   * @throws {StreamsError} `TOPOLOGY_INVALID` for windows that overlap.
   */
  distinct({ name, by }: DistinctDefinition<K, V>): Stream<K, V> {
    const { graph, topics, key: keyCodec, node, isAligned = false } = this.place;
    const { windows } = this;
    if (windows.advanceMs !== windows.sizeMs)
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `${name} tells records apart in windows that overlap: give tumbling ones, a record cannot be the first in several`,
      );
    const store: StoreDefinition<SeenStore> = graph.store({
      name: graph.claim(name),
      topics,
      create: () => new SeenStore(),
    });
    const identity = (value: V, key: K): string => {
      const text = String(keyIdentity(keyCodec, key));
      return `${text.length}:${text}${by(value, key)}`;
    };
    const open = distinctOperator<K, V>({ name, store, windows, isAligned, identity });
    return new Stream<K, V>({ ...this.place, node: graph.node(`distinct ${name}`, [node], open) });
  }

  count(definition: WindowCountDefinition<K, V>): Stream<Windowed<K>, number> {
    return this.aggregate({ ...definition, codec: longCodec, initial: () => 0, add: (count) => count + 1 });
  }

  aggregate<A>(definition: WindowAggregateDefinition<K, V, A>): Stream<Windowed<K>, A> {
    const { graph, topics, key, node, isAligned = false } = this.place;
    const { name, codec, initial, add, emit = 'final', late = 'drop' } = definition;
    const { windows } = this;
    if (typeof late === 'object' && 'update' in late && !(late.update.retentionMs > windows.graceMs))
      throw new StreamsError(
        'TOPOLOGY_INVALID',
        `${name} keeps closed windows for ${late.update.retentionMs} ms after their end: give more than the grace of ${windows.graceMs} ms`,
      );
    const store: StoreDefinition<WindowStore<K, A>> = graph.store({
      name: graph.claim(name),
      topics,
      create: () => new WindowStore<K, A>(key, codec),
    });
    const open = windowOperator({ name, store, windows, emit, late, isAligned, initial, add });
    return new Stream<Windowed<K>, A>({ graph, node: graph.node(`windows ${name}`, [node], open), topics: [] });
  }
}

/** Sessions of each key. With `emit: 'updates'` null takes back a session that has become part of another. */
export class SessionStream<K, V> {
  constructor(
    private readonly place: GroupedPlace<K, V>,
    private readonly windows: SessionWindows,
  ) {}

  count(definition: SessionCountDefinition<K, V>): Stream<Windowed<K>, number | null> {
    const add = (count: number): number => count + 1;
    const merge = (one: number, other: number): number => one + other;
    return this.aggregate({ ...definition, codec: longCodec, initial: () => 0, add, merge });
  }

  aggregate<A>(definition: SessionAggregateDefinition<K, V, A>): Stream<Windowed<K>, A | null> {
    const { graph, topics, key, node, isAligned = false } = this.place;
    const { name, codec, initial, add, merge, emit = 'final', late = 'drop' } = definition;
    const { windows } = this;
    const store: StoreDefinition<SessionStore<K, A>> = graph.store({
      name: graph.claim(name),
      topics,
      create: () => new SessionStore<K, A>(key, codec),
    });
    const open = sessionOperator({ name, store, windows, emit, late, isAligned, initial, add, merge });
    return new Stream<Windowed<K>, A | null>({ graph, node: graph.node(`sessions ${name}`, [node], open), topics: [] });
  }
}

/** The newest value of each key. */
export class Table<K, V> {
  constructor(
    /** Where its changes come from. */
    readonly place: StreamPlace<K, V>,
    readonly store: StoreDefinition<StateStore & ReadableStore<K, V>>,
  ) {}

  /** Its changes: the new value, or null when the key was deleted. */
  toStream(): Stream<K, V | null> {
    // The codec of values is not asked for null: a sink writes it as a tombstone.
    const place = this.place as unknown as StreamPlace<K, V | null>;
    return new Stream<K, V | null>(place);
  }
}

/** A table that every instance holds whole. */
export class GlobalTable<K, V> {
  constructor(readonly topic: StreamTopic<K, V>) {}
}
