/**
 * Runs a topology in memory, record by record: what a test gives goes in, what the topology writes can be read back, and its changelogs
 * are kept so that a restart can be tried. Everything happens in the calls themselves; no broker, no clock.
 */
import type { RecordToWrite } from '@headwater/messaging';
import type { StreamTopic } from '../codec/index.ts';
import { StreamsError } from '../errors/index.ts';
import { TableStore, type ReadableStore, type RestoredRecord, type StateStore } from '../store/index.ts';
import { partitionOf, Task, type TaskEnvironment } from '../task/index.ts';
import type { Topology } from '../topology/index.ts';

/** How the driver plays a topology. */
export interface DriverOptions {
  /** Of every topic; 1 when not given. */
  readonly partitions?: number;
  /** Whether each record is a commit of its own, so that every update is seen; true when not given. */
  readonly commitEach?: boolean;
}

/** A record that goes in, or came out. */
export interface DriverRecord<K, V> {
  readonly key: K;
  /** Null is a tombstone. */
  readonly value: V | null;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** Plays a topology in memory, without a Kafka, for tests. */
export class TopologyDriver {
  private tasks: Task[];
  private readonly logs = new Map<string, RestoredRecord[][]>();
  private readonly readUpTo = new Map<string, number>();
  private readonly written = new Map<string, RestoredRecord[]>();
  private readonly globals = new Map<string, TableStore<unknown, unknown>>();
  private readonly late = new Map<string, number>();
  private readonly partitions: number;
  private readonly commitEach: boolean;

  constructor(
    private readonly topology: Topology,
    { partitions = 1, commitEach = true }: DriverOptions = {},
  ) {
    this.partitions = partitions;
    this.commitEach = commitEach;
    for (const { role, topic } of topology.sources)
      if (role === 'global-table') this.globals.set(topic.name, new TableStore(topic));
    this.tasks = this.newTasks();
  }

  /** Gives a record to the topology. @param partition where it lies; by its key when not given. */
  pipe<K, V>(topic: StreamTopic<K, V>, record: DriverRecord<K, V>, partition?: number): void {
    const key = topic.key.encode(record.key);
    const value = record.value === null ? null : topic.value.encode(record.value);
    const { timestampMs } = record;
    this.deliver(topic.name, { key, value, timestampMs, partition: partition ?? partitionOf(key, this.partitions) });
    if (this.commitEach) this.commit();
  }

  /** Lets what is held back go on its way, through topics between steps too. */
  commit(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const task of this.tasks)
        for (const [topic, records] of task.drain().byTopic)
          for (const record of records) {
            moved = true;
            this.deliver(topic, record);
          }
    }
  }

  /** Lets the inputs in front of aligned topics be idle, those of some topics or all, so that event time goes on without them. */
  rest(...topics: readonly { readonly name: string }[]): void {
    const names = topics.length > 0 ? topics : this.topology.sources.map(({ topic }) => topic);
    for (const task of this.tasks) for (const { name } of names) task.rest(name);
    this.commit();
  }

  /** What was written to a topic since the last look, in order. */
  read<K, V>(topic: StreamTopic<K, V>): DriverRecord<K, V>[] {
    const written = this.written.get(topic.name) ?? [];
    const from = this.readUpTo.get(topic.name) ?? 0;
    this.readUpTo.set(topic.name, written.length);
    return written.slice(from).map(({ source, keyEnd, valueStart, timestampMs }) => ({
      key: topic.key.decode(source.subarray(0, keyEnd)),
      value: valueStart < 0 ? null : topic.value.decode(source.subarray(valueStart)),
      timestampMs,
    }));
  }

  /** How many records an operator left out, as they came after their window was closed. */
  lateRecords(operator: string): number {
    return this.late.get(operator) ?? 0;
  }

  /** A value of a store. @throws {StreamsError} `STORE_UNKNOWN` */
  get(store: string, key: unknown, partition = 0): unknown {
    const found = this.tasks[partition]?.store(store);
    if (!found || !isReadable(found))
      throw new StreamsError('STORE_UNKNOWN', `${this.topology.applicationId} has no table ${store}`);
    return found.get(key);
  }

  /** Forgets everything that is not in a changelog, and restores it from there. What was not committed is lost. */
  restart(): void {
    this.tasks = this.newTasks();
    for (const task of this.tasks)
      for (const { store, topic } of task.restoreTargets())
        for (const record of this.logs.get(topic)?.[task.partition] ?? []) store.restore(record);
  }

  private newTasks(): Task[] {
    const environment: TaskEnvironment = {
      partitionsOf: () => this.partitions,
      globalTable: (topic) => this.globals.get(topic)!,
      droppedLate: (operator) => this.late.set(operator, this.lateRecords(operator) + 1),
    };
    return Array.from({ length: this.partitions }, (_, partition) => new Task(this.topology, partition, environment));
  }

  private deliver(topic: string, record: RecordToWrite): void {
    const placed = placedOf(record);
    const written = this.written.get(topic) ?? [];
    this.written.set(topic, written);
    written.push(placed);
    const source = this.topology.sources.find((each) => each.topic.name === topic);
    if (source?.role === 'global-table') this.globals.get(topic)!.restore(placed);
    else if (source) this.tasks[record.partition ?? 0]!.process(topic, placed);
    if (source?.role === 'stream') return;
    const log = this.logs.get(topic) ?? Array.from({ length: this.partitions }, () => []);
    this.logs.set(topic, log);
    log[record.partition ?? 0]!.push(placed);
  }
}

function isReadable(store: StateStore): store is StateStore & ReadableStore<unknown, unknown> {
  return 'entries' in store;
}

/** The record as it would lie in a batch. */
function placedOf({ key, value, timestampMs = 0 }: RecordToWrite): RestoredRecord {
  const keyBytes = typeof key === 'string' ? Buffer.from(key) : (key ?? Buffer.alloc(0));
  return {
    source: value === null ? keyBytes : Buffer.concat([keyBytes, value]),
    keyStart: key === null ? -1 : 0,
    keyEnd: key === null ? -1 : keyBytes.length,
    valueStart: value === null ? -1 : keyBytes.length,
    valueEnd: value === null ? -1 : keyBytes.length + value.length,
    timestampMs,
  };
}
