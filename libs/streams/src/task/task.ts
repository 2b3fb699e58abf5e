/**
 * One task: the operators and stores of one partition number.
 *
 * Records go in one at a time; what they cause (records for other topics, changes of stores) is kept until `drain` takes it, which is
 * what one commit writes. Nothing here waits or looks at a clock, so a task is as deterministic as the functions that it is given.
 */
import type { RecordToWrite } from '@headwater/messaging';
import { EventTimeReceiver, EventTimeSender } from '../alignment/index.ts';
import { decodeRange, type StreamTopic } from '../codec/index.ts';
import { StreamsError } from '../errors/index.ts';
import type { Forward, Operator, OperatorContext, StoreDefinition, StreamRecord } from '../processor/index.ts';
import { type TableStore, type ReadableStore, type RestoredRecord, type StateStore } from '../store/index.ts';
import {
  changelogTopicOf,
  reachableFrom,
  type NodeDefinition,
  type SourceDefinition,
  type Topology,
} from '../topology/index.ts';
import { partitionOf } from './partition-of.ts';

type AnyOperator = Operator<unknown, unknown>;

export interface TaskEnvironment {
  /** How many partitions a topic has that is written. */
  partitionsOf(topic: string): number;
  globalTable(topic: string): ReadableStore<unknown, unknown>;
  droppedLate(operator: string): void;
}

/** What a commit writes. */
export interface TaskOutput {
  readonly byTopic: ReadonlyMap<string, readonly RecordToWrite[]>;
  readonly records: number;
}

/** A store and the topic that restores it. */
export interface RestoreTarget {
  readonly store: StateStore;
  readonly name: string;
  readonly topic: string;
  /** Whether the topic is an input too, so that it is restored no further than it was processed. */
  readonly isSource: boolean;
}

interface Input {
  readonly topic: StreamTopic<unknown, unknown>;
  readonly operator: AnyOperator;
  readonly table: TableStore<unknown, unknown> | undefined;
  readonly isFollowed: boolean;
}

export class Task {
  private readonly stores = new Map<string, { readonly definition: StoreDefinition; readonly store: StateStore }>();
  private readonly shared = new Map<string, unknown>();
  private readonly operators = new Map<NodeDefinition, AnyOperator>();
  private readonly inputs = new Map<string, Input>();
  /** What this task says behind aligned topics, and by which input. */
  private readonly senders: EventTimeSender[] = [];
  private readonly sendersOf = new Map<string, EventTimeSender[]>();
  private readonly receivers = new Map<string, { receiver: EventTimeReceiver; operators: AnyOperator[] }>();
  private written = new Map<string, RecordToWrite[]>();
  private writtenRecords = 0;

  constructor(
    private readonly topology: Topology,
    readonly partition: number,
    private readonly environment: TaskEnvironment,
  ) {
    const context = this.context();
    for (const definition of topology.stores) context.store(definition);
    // Children first, so that a parent knows whom to forward to.
    for (const node of [...topology.nodes].reverse()) this.operators.set(node, this.open(node, context));
    for (const source of topology.sources)
      if (source.node) this.inputs.set(source.topic.name, this.input(source, source.node));
    this.alignTopics(context);
  }

  /** How many records wait to be drained. What operators and stores hold back until then is not counted. */
  get outputRecords(): number {
    return this.writtenRecords;
  }

  restoreTargets(): RestoreTarget[] {
    return [...this.stores.values()].map(({ definition, store }) => ({
      store,
      name: definition.name,
      topic: definition.source ?? changelogTopicOf(this.topology.applicationId, definition.name),
      isSource: definition.source !== undefined,
    }));
  }

  storeNames(): string[] {
    return [...this.stores.keys()];
  }

  store(name: string): StateStore | undefined {
    return this.stores.get(name)?.store;
  }

  /** What must be awaited before the record can be processed; nearly always nothing. */
  prepare(
    topic: string,
    { source, keyStart, keyEnd, valueStart, valueEnd }: RestoredRecord,
  ): Promise<void> | undefined {
    const { key, value } = this.inputOf(topic).topic;
    const keyWaits = keyStart < 0 ? undefined : key.prepareAt?.(source, keyStart, keyEnd);
    const valueWaits = valueStart < 0 ? undefined : value.prepareAt?.(source, valueStart, valueEnd);
    if (!keyWaits && !valueWaits) return undefined;
    return Promise.all([keyWaits, valueWaits]).then(() => undefined);
  }

  /** The event time of a record. @throws {StreamsError} `RECORD_UNREADABLE` */
  timestampOf(topic: string, record: RestoredRecord): number {
    const { timestampMs } = this.inputOf(topic).topic;
    if (!timestampMs || record.valueStart < 0) return record.timestampMs;
    return timestampMs(this.valueOf(topic, record), record.timestampMs);
  }

  /**
   * @throws {StreamsError} `RECORD_UNREADABLE`, before anything was done with it; `PROCESSOR_FAILED`, after which the task is of no more
   *   use.
   */
  process(topic: string, record: RestoredRecord): void {
    const input = this.inputOf(topic);
    if (record.keyStart < 0) {
      this.takeMark(topic, record);
      return;
    }
    const key = this.keyOf(topic, record);
    const isTombstone = record.valueStart < 0;
    if (!input.table && isTombstone) return;
    const value = isTombstone || (input.table && !input.isFollowed) ? null : this.valueOf(topic, record);
    const timestampMs =
      input.topic.timestampMs && value !== null
        ? input.topic.timestampMs(value, record.timestampMs)
        : record.timestampMs;
    for (const sender of this.sendersOf.get(topic) ?? []) sender.saw(timestampMs);
    try {
      input.table?.put(key, record);
      if (!input.table || input.isFollowed) input.operator.process({ key, value, timestampMs });
    } catch (error) {
      if (error instanceof StreamsError) throw error;
      throw new StreamsError(
        'PROCESSOR_FAILED',
        `${this.topology.applicationId}: a step failed on a record of ${topic}-${this.partition}: ${textOf(error)}`,
        { cause: error },
      );
    }
  }

  /** Takes what was caused since the last call: outputs first, then the changes of the stores. */
  drain(): TaskOutput {
    for (const node of this.topology.nodes) this.operators.get(node)!.flush?.();
    for (const { definition, store } of this.stores.values()) {
      if (definition.source !== undefined) continue;
      const changelog = changelogTopicOf(this.topology.applicationId, definition.name);
      store.drain((key, value, timestampMs) =>
        this.write(changelog, { key, value, timestampMs: Math.max(timestampMs, 0), partition: this.partition }),
      );
    }
    for (const sender of this.senders)
      sender.drain(this.environment.partitionsOf(sender.topic), (record) => this.write(sender.topic, record));
    const output = { byTopic: this.written, records: this.writtenRecords };
    this.written = new Map();
    this.writtenRecords = 0;
    return output;
  }

  /** Whether event time behind some topic goes by what is read from this one. */
  isInFront(topic: string): boolean {
    return this.sendersOf.has(topic);
  }

  /** The topic has had nothing for a while: nobody behind it is to wait for it. Answers whether that is news to drain. */
  rest(topic: string): boolean {
    return (this.sendersOf.get(topic) ?? []).map((sender) => sender.rest()).includes(true);
  }

  private alignTopics(context: OperatorContext): void {
    for (const { topic, inFront, node, marks } of this.topology.alignedTopics) {
      let inputs = 0;
      for (const each of inFront) {
        const partitions = this.environment.partitionsOf(each);
        if (this.partition < partitions) this.addSender(each, new EventTimeSender(topic, inputs + this.partition));
        inputs += partitions;
      }
      const operators = [...reachableFrom(node)].map((each) => this.operators.get(each)!);
      this.receivers.set(topic, { receiver: new EventTimeReceiver(context.store(marks), inputs), operators });
    }
  }

  private addSender(inFront: string, sender: EventTimeSender): void {
    this.senders.push(sender);
    this.sendersOf.set(inFront, [...(this.sendersOf.get(inFront) ?? []), sender]);
  }

  private takeMark(topic: string, { source, valueStart, valueEnd }: RestoredRecord): void {
    const behind = this.receivers.get(topic);
    if (!behind || valueStart < 0) return;
    const timeMs = behind.receiver.take(source.subarray(valueStart, valueEnd));
    for (const operator of behind.operators) operator.advanceTo?.(timeMs);
    // A topic behind this one goes by the same time.
    for (const sender of this.sendersOf.get(topic) ?? []) sender.saw(timeMs);
  }

  private inputOf(topic: string): Input {
    const input = this.inputs.get(topic);
    if (!input)
      throw new StreamsError('TOPOLOGY_INVALID', `${this.topology.applicationId} does not read topic ${topic}`);
    return input;
  }

  private keyOf(topic: string, { source, keyStart, keyEnd }: RestoredRecord): unknown {
    try {
      return decodeRange(this.inputOf(topic).topic.key, source, keyStart, keyEnd);
    } catch (error) {
      throw this.unreadable(topic, 'key', error);
    }
  }

  private valueOf(topic: string, { source, valueStart, valueEnd }: RestoredRecord): unknown {
    try {
      return decodeRange(this.inputOf(topic).topic.value, source, valueStart, valueEnd);
    } catch (error) {
      throw this.unreadable(topic, 'value', error);
    }
  }

  private unreadable(topic: string, part: 'key' | 'value', error: unknown): StreamsError {
    const where = `${topic}-${this.partition}`;
    return new StreamsError(
      'RECORD_UNREADABLE',
      `The ${part} of a record of ${where} cannot be read: ${textOf(error)}`,
      {
        cause: error,
      },
    );
  }

  private input({ topic, role, store }: SourceDefinition, node: NodeDefinition): Input {
    const table =
      role === 'table' && store ? (this.stores.get(store.name)!.store as TableStore<unknown, unknown>) : undefined;
    return { topic, table, operator: this.operators.get(node)!, isFollowed: node.children.length > 0 };
  }

  private open(node: NodeDefinition, context: OperatorContext): AnyOperator {
    const children = node.children.map((child) => this.operators.get(child)!);
    const [only] = children;
    const forward: Forward<unknown, unknown> =
      children.length === 1 && only
        ? (record) => only.process(record)
        : (record) => {
            for (const child of children) child.process(record);
          };
    return node.open(context, forward);
  }

  private context(): OperatorContext {
    return {
      partition: this.partition,
      store: <Store extends StateStore>(definition: StoreDefinition<Store>): Store => {
        const known = this.stores.get(definition.name);
        if (known) return known.store as Store;
        const store = definition.create();
        this.stores.set(definition.name, { definition, store });
        return store;
      },
      shared: <T>(name: string, create: () => T): T => {
        if (!this.shared.has(name)) this.shared.set(name, create());
        return this.shared.get(name) as T;
      },
      globalTable: <K, V>(topic: string) => this.environment.globalTable(topic) as ReadableStore<K, V>,
      send: (topic, record) => this.send(topic, record),
      droppedLate: (operator) => this.environment.droppedLate(operator),
    };
  }

  private send<K, V>(topic: StreamTopic<K, V>, { key, value, timestampMs }: StreamRecord<K, V | null>): void {
    const bytes = topic.key.encode(key);
    this.write(topic.name, {
      key: bytes,
      value: value === null ? null : topic.value.encode(value),
      timestampMs,
      partition: partitionOf(bytes, this.environment.partitionsOf(topic.name)),
    });
  }

  private write(topic: string, record: RecordToWrite): void {
    let records = this.written.get(topic);
    if (!records) {
      records = [];
      this.written.set(topic, records);
    }
    records.push(record);
    this.writtenRecords++;
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
