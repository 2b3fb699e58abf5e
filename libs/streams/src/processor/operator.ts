import type { StreamTopic } from '../codec/index.ts';
import type { ReadableStore, StateStore } from '../store/index.ts';

/** A record on its way through a topology. Its timestamp is event time, in milliseconds since the epoch. */
export interface StreamRecord<K, V> {
  readonly key: K;
  readonly value: V;
  readonly timestampMs: number;
}

export type Forward<K, V> = (record: StreamRecord<K, V>) => void;

/** One operator of one task. */
export interface Operator<K, V> {
  process(record: StreamRecord<K, V>): void;
  /** Forwards what was held back to be told once; called before each commit, parents first. */
  flush?(): void;
  /** Event time has come to `timeMs`, behind an aligned topic; it may be told earlier times again. */
  advanceTo?(timeMs: number): void;
}

/** A store that tasks have, each its own. */
export interface StoreDefinition<Store extends StateStore = StateStore> {
  readonly name: string;
  /** Topics whose partitioning the store shares. */
  readonly topics: readonly string[];
  /** The compacted topic that restores it, when it is not a changelog of its own. */
  readonly source?: string;
  create(): Store;
}

/** What an operator is given by its task. */
export interface OperatorContext {
  /** The number of the partition that the task works on. */
  readonly partition: number;
  store<Store extends StateStore>(definition: StoreDefinition<Store>): Store;
  /** One thing that several operators of the task share. */
  shared<T>(name: string, create: () => T): T;
  globalTable<K, V>(topic: string): ReadableStore<K, V>;
  /** Writes a record to a topic; it leaves with the next commit. */
  send<K, V>(topic: StreamTopic<K, V>, record: StreamRecord<K, V | null>): void;
  /** Counts a record that came after its window was closed. */
  droppedLate(operator: string): void;
}

export type OpenOperator<K, V, K2, V2> = (context: OperatorContext, forward: Forward<K2, V2>) => Operator<K, V>;
