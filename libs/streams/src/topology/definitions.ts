/** What the steps of a topology are told. */
import type { Codec, StreamTopic } from '../codec/index.ts';
import type { Emit, LatePolicy, MemoryTime, Remembered } from '../processor/index.ts';

/** A topic between two steps. */
export interface ThroughOptions<K, V, K2> {
  /** The new key. */
  readonly key: (value: V, key: K) => K2;
  readonly keyCodec: Codec<K2>;
  readonly valueCodec: Codec<V>;
  /** As many as the topics that the stream comes from have, when not given. */
  readonly partitions?: number;
  /**
   * Whether event time behind the topic goes by the slowest of the inputs in front of it, so that windows give the same results at any
   * speed. Without it the fastest decides, and what the others bring may come late: a task that reads a backlog is soon far ahead.
   */
  readonly aligned?: boolean;
}

/** How far apart in time records of two streams may lie to be joined. */
export interface JoinStreamOptions<K, V, W, R> {
  /** Names the state. */
  readonly name: string;
  readonly kind: 'inner' | 'left' | 'outer';
  /** How far apart two records may be, either way; or each way of its own. */
  readonly withinMs: number | { readonly beforeMs: number; readonly afterMs: number };
  /** How late a record may be; 0 when not given. */
  readonly graceMs?: number;
  /** For the state; those of the topics when not given. */
  readonly left?: Codec<V>;
  readonly right?: Codec<W>;
  /** `undefined` stands for a side that had no record: left only in an outer join, right in a left or outer one. */
  readonly join: (left: V | undefined, right: W | undefined, key: K) => R;
}

/** How records of a key are aggregated. */
export interface AggregateDefinition<K, V, A> {
  /** Names the state, its changelog and the store for queries. */
  readonly name: string;
  readonly codec: Codec<A>;
  /** `aggregate` is undefined for a key that has none; undefined as a result deletes the key. */
  readonly add: (aggregate: A | undefined, value: V, key: K) => A | undefined;
}

/** What is remembered of a key, for how long, and what comes of it. */
export interface MemoryDefinition<V, S, R> {
  /** Names the state and its changelog. */
  readonly name: string;
  readonly codec: Codec<S>;
  /**
   * A record meets what is remembered of its key. The answer is what is remembered from now on, undefined for nothing; a state is
   * replaced, never changed, and the same one for as long costs nothing. `tell` forwards results, any number of them.
   * @param timestampMs the record's.
   */
  readonly meet: (
    remembered: Remembered<S> | undefined,
    value: V,
    timestampMs: number,
    tell: (result: R) => void,
    time: MemoryTime,
  ) => Remembered<S> | undefined;
  /** Stream time has passed the end of what was remembered. What is answered is remembered on. */
  // Most memories just end, and their function answers nothing.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly over?: (state: S, tell: (result: R) => void) => Remembered<S> | undefined | void;
}

/** How records are added up in the first of two stages. */
export interface SaltedAggregateDefinition<V, K2, A> {
  /** What the record counts for: a key, or several, each once. */
  readonly keys: (value: V) => K2 | readonly K2[];
  /** `aggregate` is undefined for the first record of a key since the last commit; nobody else has it, so it may be changed. */
  readonly add: (aggregate: A | undefined, value: V) => A;
}

/** What tells records of a window apart. */
export interface DistinctDefinition<K, V> {
  /** Names the state and its changelog. */
  readonly name: string;
  /** Records of a key that say the same here are copies of each other. */
  readonly by: (value: V, key: K) => string;
}

/** How records of a window are counted. */
export interface WindowCountDefinition<K, V> {
  readonly name: string;
  /** `final` when not given. */
  readonly emit?: Emit;
  /** `drop` when not given. */
  readonly late?: LatePolicy<K, V>;
}

/** How records of a window are aggregated. */
export interface WindowAggregateDefinition<K, V, A> extends WindowCountDefinition<K, V> {
  readonly codec: Codec<A>;
  readonly initial: () => A;
  /** The result may be the aggregate that was given, changed in place: nothing else holds on to it. */
  readonly add: (aggregate: A, value: V, key: K) => A;
}

/** How records of a session are counted. */
export interface SessionCountDefinition<K, V> {
  readonly name: string;
  readonly emit?: Emit;
  readonly late?: 'drop' | StreamTopic<K, V>;
}

/** How records of a session are aggregated. */
export interface SessionAggregateDefinition<K, V, A> extends SessionCountDefinition<K, V> {
  readonly codec: Codec<A>;
  readonly initial: () => A;
  readonly add: (aggregate: A, value: V, key: K) => A;
  readonly merge: (one: A, other: A, key: K) => A;
}
