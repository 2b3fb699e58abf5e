/**
 * One task on a Kafka: opened when its partition is assigned, restored, run in slices, committed, closed.
 *
 * A commit takes what the task has caused and the offsets that it came from, in one turn; while it is written, the task goes on with
 * the records that follow, and what these cause belongs to the next commit. When a commit fails the task in memory is ahead of what is
 * written, so it is thrown away, and another one begins from the topics.
 */
import { Logger } from '@nestjs/common';
import type { Clock, KafkaClient, LogReader } from '@headwater/messaging';
import { StreamsError } from '../errors/index.ts';
import type { StreamsMetrics } from '../metrics/index.ts';
import { restore, type RestoreProgress } from '../restore/index.ts';
import { Task, type TaskEnvironment } from '../task/index.ts';
import type { Topology } from '../topology/index.ts';
import { groupInputs, TaskInput, type InputGroup } from './input-order.ts';
import { TaskLost, type Offsets, type TaskWriter } from './task-writer.ts';

/** What all tasks of an application share. */
export interface TaskRunnerSettings {
  readonly topology: Topology;
  readonly client: KafkaClient;
  readonly clock: Clock;
  readonly reader: LogReader;
  readonly metrics: StreamsMetrics;
  readonly partitionCounts: ReadonlyMap<string, number>;
  readonly environment: TaskEnvironment;
  readonly onUnreadable: 'fail' | 'skip';
  /** Opens the writer of a partition, which fences the partition's earlier owner. */
  openWriter(partition: number, signal: AbortSignal): Promise<TaskWriter>;
  readonly tell: (progress: RestoreProgress) => void;
  /** The task made progress on its own: it was opened, a commit ended, or what it waited for is there. */
  readonly wake: () => void;
}

/** A commit is begun early when this many records wait to be written. */
const recordsPerCommit = 20_000;
/** The task waits for its commit when this many more came meanwhile. */
const recordsAhead = 2 * recordsPerCommit;
/** How many records are processed between two looks at the time. */
const recordsPerLook = 128;
/** A commit covers at most this many inputs, so that a crash repeats no more. */
const inputsPerCommit = 100_000;

export class TaskRunner {
  state: 'opening' | 'running' | 'lost' | 'closed' = 'opening';
  private readonly logger = new Logger('Streams');
  private readonly stopping = new AbortController();
  readonly task: Task;
  private inputs: TaskInput[] = [];
  private groups: InputGroup[] = [];
  private writer: TaskWriter | undefined;
  private committing: Promise<void> | undefined;
  private committed = new Map<string, number>();
  private sinceCommit = 0;
  private lastCommitMs = 0;
  private waiting: Promise<void> | undefined;
  /** Where inputs in front of an aligned topic are, and since when. */
  private readonly stillAt = new Map<string, readonly [position: number, sinceMs: number]>();
  private readonly opened: Promise<void>;
  /** What ended the application, when it was this task. */
  failure: Error | undefined;

  constructor(
    private readonly settings: TaskRunnerSettings,
    readonly partition: number,
  ) {
    this.task = new Task(settings.topology, partition, settings.environment);
    this.opened = this.open();
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Whether it has read what its tables held when it was opened. */
  get isRestored(): boolean {
    return this.isRunning && this.tablesUpTo.every(({ input, offset }) => input.position >= offset);
  }

  private tablesUpTo: { readonly input: TaskInput; readonly offset: number }[] = [];

  /** Whether nothing is left to process, and everything is committed. */
  get isDone(): boolean {
    return (
      this.isRunning &&
      this.committing === undefined &&
      this.inputs.every((input) => input.isCaughtUp() && input.position <= (this.committed.get(input.topic) ?? 0))
    );
  }

  /** Whether an input has been read up to an offset. */
  isAt(topic: string, offset: number): boolean {
    return this.inputs.every((input) => input.topic !== topic || input.position >= offset);
  }

  /** Processes until the time is up or nothing is there. Answers whether anything was. */
  runSlice(untilMs: number): boolean {
    if (!this.isRunning || this.waiting !== undefined) return false;
    if (this.committing !== undefined && this.isFarAhead()) return false;
    let processed = 0;
    try {
      for (const group of this.groups) processed += this.runGroup(group, untilMs);
    } catch (error) {
      this.fail(error);
    }
    this.sinceCommit += processed;
    return processed > 0;
  }

  private runGroup(group: InputGroup, untilMs: number): number {
    let processed = 0;
    let counted = 0;
    let last: TaskInput | undefined;
    const count = (): void => {
      if (last && processed > counted) this.settings.metrics.processedRecords(last.topic, processed - counted);
      counted = processed;
    };
    for (;;) {
      const input = group.next();
      if (!input) break;
      if (input !== last) {
        count();
        last = input;
      }
      if (!this.processHead(input)) break;
      processed++;
      if (processed % recordsPerLook === 0 && (performance.now() > untilMs || this.isFarAhead())) break;
    }
    count();
    return processed;
  }

  private isFarAhead(): boolean {
    return this.task.outputRecords > recordsAhead || this.sinceCommit >= 2 * inputsPerCommit;
  }

  /** False when the record has to wait. */
  private processHead(input: TaskInput): boolean {
    const record = input.head()!;
    const waits = input.waits();
    if (waits) {
      this.waitFor(input, waits);
      return false;
    }
    try {
      this.task.process(input.topic, record);
    } catch (error) {
      this.passOver(input, error);
    }
    input.advance();
    return true;
  }

  private passOver(input: TaskInput, error: unknown): void {
    const isUnreadable = error instanceof StreamsError && error.code === 'RECORD_UNREADABLE';
    const where = `${input.topic}-${input.partition}@${input.head()?.offset ?? input.position}`;
    if (!isUnreadable || this.settings.onUnreadable === 'fail')
      throw error instanceof StreamsError
        ? new StreamsError(error.code, `${error.message} (${where})`, { cause: error.cause })
        : error;
    this.logger.warn(`${where} is passed over: ${error.message}`);
    this.settings.metrics.unreadableRecord(input.topic);
  }

  private waitFor(input: TaskInput, waits: Promise<void>): void {
    this.waiting = waits
      .catch(async (error: unknown) => {
        const isRetriable =
          typeof error === 'object' && error !== null && 'retriable' in error && error.retriable === true;
        if (isRetriable) {
          this.logger.warn(`${input.topic}: ${textOf(error)}; trying again`);
          await this.settings.clock.sleep(500, this.stopping.signal);
          return;
        }
        try {
          const unreadable = `A record of ${input.topic}-${input.partition} cannot be read: ${textOf(error)}`;
          this.passOver(input, new StreamsError('RECORD_UNREADABLE', unreadable, { cause: error }));
          input.advance();
        } catch (failure) {
          this.fail(failure);
        }
      })
      .finally(() => {
        this.waiting = undefined;
        this.settings.wake();
      });
  }

  /** Says of inputs that have had nothing for `idleMs` that nobody is to wait for them. */
  restWhenIdle(idleMs: number): void {
    if (!this.isRunning || this.committing !== undefined) return;
    const nowMs = this.settings.clock.nowMs();
    let isNews = false;
    for (const input of this.inputs) {
      if (!this.task.isInFront(input.topic)) continue;
      const [position, sinceMs] = this.stillAt.get(input.topic) ?? [-1, nowMs];
      if (input.position !== position || !input.isCaughtUp()) this.stillAt.set(input.topic, [input.position, nowMs]);
      else if (nowMs - sinceMs >= idleMs) isNews = this.task.rest(input.topic) || isNews;
    }
    if (isNews) void this.commit({ always: true });
  }

  /** Begins a commit when one is due. */
  commitWhenDue(intervalMs: number): void {
    if (!this.isRunning || this.committing !== undefined) return;
    const isFull = this.task.outputRecords >= recordsPerCommit || this.sinceCommit >= inputsPerCommit;
    if (isFull || this.settings.clock.nowMs() - this.lastCommitMs >= intervalMs) void this.commit();
  }

  /** Commits what was processed; resolves when it is written, or has failed (then the state says so). Never rejects. */
  async commit({ always = false } = {}): Promise<void> {
    // Looked at again after each wait: of two that waited for the same commit, the second waits for the first.
    while (this.committing !== undefined) await this.committing;
    if (!this.isRunning) return;
    const offsets = this.offsetsToCommit();
    this.lastCommitMs = this.settings.clock.nowMs();
    if (offsets.size === 0 && !always) return;
    try {
      const output = this.task.drain();
      this.sinceCommit = 0;
      this.committing = this.write(output, offsets);
    } catch (error) {
      this.fail(error);
    }
    await this.committing;
  }

  private async write(output: ReturnType<Task['drain']>, offsets: Offsets): Promise<void> {
    const { clock, metrics, wake } = this.settings;
    const startedMs = clock.nowMs();
    try {
      const taken = await this.writer!.commit(output, offsets);
      metrics.committed(output.records, clock.nowMs() - startedMs);
      if (taken)
        for (const [topic, byPartition] of offsets)
          for (const offset of byPartition.values()) this.committed.set(topic, offset);
    } catch (error) {
      if (error instanceof TaskLost) this.lose(error);
      else this.fail(error);
    } finally {
      this.committing = undefined;
      this.report();
      wake();
    }
  }

  /** Inputs that are further than what is committed. */
  private offsetsToCommit(): Offsets {
    const offsets = new Map<string, Map<number, number>>();
    for (const { topic, partition, position } of this.inputs)
      if (position > (this.committed.get(topic) ?? -1)) offsets.set(topic, new Map([[partition, position]]));
    return offsets;
  }

  /** The committed offset of an input. */
  committedOffset(topic: string): number | undefined {
    return this.committed.get(topic);
  }

  /** The broker no longer has the offset: what is left is read from its beginning. */
  restartInput(topic: string, offset: number): void {
    const input = this.inputs.find((each) => each.topic === topic);
    if (input) input.position = Math.max(input.position, offset);
  }

  private report(): void {
    const { metrics } = this.settings;
    for (const input of this.inputs) metrics.partitionLag(input.topic, this.partition, input.lag() ?? 0);
    for (const name of this.task.storeNames()) metrics.storeEntries(name, this.partition, this.task.store(name)!.size);
  }

  private lose(error: Error): void {
    if (this.state === 'closed') return;
    this.logger.warn(`${this.settings.topology.applicationId}: task ${this.partition} begins anew: ${error.message}`);
    this.state = 'lost';
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    if (this.state !== 'closed') this.state = 'lost';
  }

  /** Ends it. What was not committed is not; whoever owns the partition next does it again. Never rejects. */
  async close(): Promise<void> {
    this.state = 'closed';
    this.stopping.abort();
    for (const { topic } of this.inputs) this.settings.reader.unassign(topic, this.partition);
    await this.opened;
    await this.committing;
    await this.waiting;
    await this.writer?.close().catch(() => undefined);
  }

  private isClosed(): boolean {
    return this.state === 'closed';
  }

  private async open(): Promise<void> {
    const { clock, wake } = this.settings;
    try {
      this.writer = await this.settings.openWriter(this.partition, this.stopping.signal);
      if (this.isClosed()) return;
      await this.begin();
    } catch (error) {
      if (this.isClosed()) return;
      if (error instanceof StreamsError && !error.retriable) this.fail(error);
      else {
        this.logger.warn(`task ${this.partition} cannot begin yet: ${textOf(error)}; trying again`);
        await clock.sleep(500, this.stopping.signal);
        if (!this.isClosed()) this.state = 'lost';
      }
    } finally {
      wake();
    }
  }

  private async begin(): Promise<void> {
    const { topology, client, clock, reader, partitionCounts, tell } = this.settings;
    const topics = topology.sources
      .filter(({ role, topic }) => role !== 'global-table' && this.partition < (partitionCounts.get(topic.name) ?? 0))
      .map(({ topic }) => topic.name);
    const found = await Promise.all(
      topics.map((topic) => client.committedOffsets(topology.applicationId, topic, [this.partition])),
    );
    for (const [index, topic] of topics.entries()) {
      const offset = Number(found[index]!.get(this.partition) ?? -1);
      if (offset >= 0) this.committed.set(topic, offset);
    }
    this.stopping.signal.throwIfAborted();
    await restore(client, clock, this.restoreTargets(topics), tell, this.stopping.signal);
    const tables = new Set(topology.sources.filter(({ role }) => role === 'table').map(({ topic }) => topic.name));
    const ranges = await Promise.all(topics.map((topic) => reader.offsets(topic, [this.partition])));
    if (this.isClosed()) return;
    for (const [index, topic] of topics.entries()) {
      const { earliest, latest } = ranges[index]!.get(this.partition)!;
      const position = Math.max(this.committed.get(topic) ?? earliest, earliest);
      const input = new TaskInput(topic, this.partition, reader, this.task, position);
      this.inputs.push(input);
      if (tables.has(topic)) this.tablesUpTo.push({ input, offset: latest });
      reader.assign(topic, this.partition, position);
    }
    this.groups = groupInputs(topology, this.inputs);
    this.lastCommitMs = clock.nowMs();
    this.state = 'running';
  }

  private restoreTargets(topics: readonly string[]) {
    return this.task
      .restoreTargets()
      .filter(({ topic, isSource }) =>
        isSource ? topics.includes(topic) : this.partition < (this.settings.partitionCounts.get(topic) ?? 0),
      )
      .map(({ store, name, topic, isSource }) => ({
        name,
        topic,
        partition: this.partition,
        // A table that is an input is restored as far as it was processed; the rest comes in its turn.
        ...(isSource
          ? {
              before: this.committed.get(topic) ?? 0,
              prepare: (record: Parameters<Task['prepare']>[1]) => this.task.prepare(topic, record),
            }
          : {}),
        take: (record: Parameters<typeof store.restore>[0]) => store.restore(record),
      }));
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
