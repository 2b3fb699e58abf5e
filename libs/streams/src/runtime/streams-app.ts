/**
 * An application: a topology, run by as many instances as one likes. The instances share the partitions as a consumer group; each has a
 * task for each partition number that it owns. One loop processes for all tasks, in slices of a few milliseconds.
 */
import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import {
  systemClock,
  type Clock,
  type CopartitionedMember,
  type GroupMembership,
  type KafkaClient,
  type LogReader,
  type MetricsPort,
} from '@headwater/messaging';
import { StreamsError } from '../errors/index.ts';
import { StreamsMetrics } from '../metrics/index.ts';
import { RestoreLog, type RestoreProgress } from '../restore/index.ts';
import type { ReadableStore, StateStore } from '../store/index.ts';
import { openTable, type MaterializedTable } from '../table/index.ts';
import type { Topology } from '../topology/index.ts';
import { StoreView } from './store-view.ts';
import { TaskRunner, type TaskRunnerSettings } from './task-runner.ts';
import { AtLeastOnceWriter, ExactlyOnceWriter } from './task-writer.ts';
import { planTopics, type PartitionCounts } from './topic-plan.ts';

/** Which Kafka, which guarantee, and how often is committed. */
export interface StreamsOptions {
  readonly topology: Topology;
  readonly client: KafkaClient;
  /** `at-least-once` when not given. */
  readonly guarantee?: 'at-least-once' | 'exactly-once';
  /** From one commit to the next, and so how long results wait: 1,000 at least once, 200 exactly once, when not given. */
  readonly commitIntervalMs?: number;
  /**
   * How long an input in front of an aligned topic may have nothing before event time goes on without it; 2,000 when not given. What
   * comes later than that is late where it would have changed what is closed by then.
   */
  readonly idleAfterMs?: number;
  /** What a record that its codec cannot read does: end the application (when not given), or be counted and passed over. */
  readonly onUnreadable?: 'fail' | 'skip';
  /** How long the start waits for topics that do not exist yet; 30,000 when not given. */
  readonly waitForTopicsMs?: number;
  /** How long an instance that does not answer keeps its partitions; 10,000 when not given. */
  readonly sessionTimeoutMs?: number;
  readonly metrics?: MetricsPort;
  readonly onRestore?: (progress: RestoreProgress) => void;
  /** Called once when the application has ended by an error that trying again does not mend. */
  readonly onFailed?: (error: Error) => void;
  readonly clock?: Clock;
}

/** The answer to a health check. */
export interface StreamsHealth {
  readonly ok: boolean;
  readonly detail?: string;
}

const sliceMs = 8;
const idleMs = 50;
const purgeEveryMs = 30_000;
const readerLimits = {
  isolation: 'read-committed',
  maxWaitMs: 100,
  maxBytesPerPartition: 128 * 1024,
  maxBufferedBytesPerPartition: 256 * 1024,
} as const;

/**
 * Checks and creates topics, opens global tables, and joins the group. Partitions are assigned, restored and run from then on.
 * @throws {StreamsError} `TOPIC_MISSING`, `NOT_COPARTITIONED`, `TOPIC_DIFFERS`; or when no broker answers.
 */
export async function startStreams(
  options: StreamsOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<StreamsApp> {
  const { topology, client, clock = systemClock, waitForTopicsMs = 30_000 } = options;
  const counts = await planTopics(topology, client, clock, waitForTopicsMs, signal);
  const app = new StreamsApp(options, counts);
  try {
    await app.begin();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Runs a topology on a Kafka, from `start` to `close`. */
export class StreamsApp {
  private readonly logger = new Logger('Streams');
  private readonly clock: Clock;
  private readonly metrics: StreamsMetrics;
  private readonly reader: LogReader;
  private readonly runners = new Map<number, TaskRunner>();
  private readonly closings = new Map<number, Promise<void>>();
  private readonly globals = new Map<string, MaterializedTable<unknown, unknown>>();
  private readonly closing = new AbortController();
  private readonly commitIntervalMs: number;
  private readonly restoreLog: RestoreLog;
  private member: CopartitionedMember | undefined;
  private owned: ReadonlySet<number> = new Set();
  private generation = -1;
  private isRebalancing = false;
  private woken = Promise.withResolvers<undefined>();
  private loop: Promise<void> | undefined;
  private failure: Error | undefined;
  private lastPurgeMs: number;
  private purging: Promise<void> | undefined;

  /** Use {@link startStreams}. */
  constructor(
    private readonly options: StreamsOptions,
    private readonly partitionCounts: PartitionCounts,
  ) {
    const { clock = systemClock, guarantee, topology } = options;
    this.clock = clock;
    this.lastPurgeMs = clock.nowMs();
    this.commitIntervalMs = options.commitIntervalMs ?? (guarantee === 'exactly-once' ? 200 : 1_000);
    this.metrics = new StreamsMetrics(topology.applicationId, options.metrics);
    this.restoreLog = new RestoreLog(clock);
    this.reader = options.client.openLogReader(readerLimits, {
      onArrival: () => this.wake(),
      onOffsetOutOfRange: (topic, partition, offset) => void this.onOutOfRange(topic, partition, offset),
    });
  }

  /** Opens global tables and joins the group. Called once, by {@link startStreams}. */
  async begin(): Promise<void> {
    const { topology, client, metrics, sessionTimeoutMs = 10_000 } = this.options;
    for (const { role, topic } of topology.sources)
      if (role === 'global-table')
        this.globals.set(
          topic.name,
          await openTable(client, topic, {
            clock: this.clock,
            ...(metrics ? { metrics } : {}),
            onProgress: (progress) => this.options.onRestore?.(progress),
          }),
        );
    await Promise.all([...this.globals.values()].map(({ restored }) => restored));
    const topics = topology.sources.filter(({ role }) => role !== 'global-table').map(({ topic }) => topic.name);
    if (topics.length > 0)
      this.member = client.joinCopartitioned(
        {
          groupId: topology.applicationId,
          topics,
          sessionTimeoutMs,
          rebalanceTimeoutMs: Math.max(sessionTimeoutMs, 30_000),
          heartbeatIntervalMs: Math.floor(sessionTimeoutMs / 4),
        },
        {
          onAssigned: (partitions, membership) => this.onAssigned(partitions, membership),
          onRevoked: () => this.onRevoked(),
          onRebalancing: () => this.onRebalancing(),
        },
      );
    this.loop = this.run();
  }

  /**
   * A table of the topology: of the partitions that this instance owns, or whole for a global table.
   * @throws {StreamsError} `STORE_UNKNOWN`
   */
  store<K, V>(name: string): ReadableStore<K, V> {
    const global = this.globals.get(name);
    if (global) return global as unknown as ReadableStore<K, V>;
    const definition = this.options.topology.stores.find((store) => store.name === name);
    // Windows and joins keep what has no single key: their results are in their topics.
    if (!definition || !('entries' in definition.create()))
      throw new StreamsError('STORE_UNKNOWN', `${this.options.topology.applicationId} has no table ${name}`);
    return new StoreView<K, V>(name, () => this.storesOf(name));
  }

  private storesOf(name: string): (StateStore & ReadableStore<unknown, unknown>)[] {
    const running = [...this.runners.values()].filter(({ isRunning }) => isRunning);
    if (running.length < this.owned.size)
      throw new StreamsError('NOT_RESTORED', `Store ${name} is being restored: ask again soon`);
    return running.map(({ task }) => task.store(name) as StateStore & ReadableStore<unknown, unknown>);
  }

  /** The partition numbers that this instance owns now. */
  partitions(): number[] {
    return [...this.owned].sort((one, other) => one - other);
  }

  /** For readiness: it is a member, and everything that it owns is restored. */
  ready(): StreamsHealth {
    const { applicationId } = this.options.topology;
    if (this.failure) return { ok: false, detail: this.failure.message };
    if (this.member && this.generation < 0)
      return { ok: false, detail: `${applicationId} has not joined its group yet` };
    const restored = [...this.runners.values()].filter(({ isRestored }) => isRestored).length;
    if (restored < this.owned.size)
      return { ok: false, detail: `${applicationId} has restored ${restored} of ${this.owned.size} partitions` };
    return { ok: true };
  }

  /** For liveness: false when only a restart may help. */
  live(): StreamsHealth {
    return this.failure ? { ok: false, detail: this.failure.message } : { ok: true };
  }

  /** Resolves when `ready` says so. @throws what ended the application, or the signal's reason. */
  async whenReady(signal: AbortSignal = this.closing.signal): Promise<void> {
    while (!this.ready().ok) {
      if (this.failure) throw this.failure;
      signal.throwIfAborted();
      await this.clock.sleep(idleMs, signal);
    }
  }

  /**
   * Resolves when everything is processed that the inputs hold, those between two steps included, and its results are committed: for
   * batches, and for tests. New records put it off.
   */
  async whenCaughtUp(signal: AbortSignal = this.closing.signal): Promise<void> {
    await this.whenReady(signal);
    for (;;) {
      const runners = [...this.runners.values()];
      const isDone = runners.length >= this.owned.size && runners.every((runner) => runner.isDone);
      // What was written between two steps a moment ago has perhaps not been fetched yet.
      if (isDone && (await this.isAtEnd(runners))) return;
      if (this.failure) throw this.failure;
      signal.throwIfAborted();
      await this.clock.sleep(idleMs, signal);
    }
  }

  private async isAtEnd(runners: readonly TaskRunner[]): Promise<boolean> {
    for (const { topic, role } of this.options.topology.sources) {
      const count = this.partitionCounts.get(topic.name) ?? 0;
      const owned = runners.filter(({ partition }) => role !== 'global-table' && partition < count);
      const ends = await this.reader.offsets(
        topic.name,
        owned.map(({ partition }) => partition),
      );
      if (owned.some((runner) => !runner.isAt(topic.name, ends.get(runner.partition)!.latest))) return false;
    }
    return true;
  }

  /** Commits what was processed, leaves the group at once, and disconnects. */
  async close(): Promise<void> {
    this.closing.abort();
    this.wake();
    await this.loop;
    if (!this.isRebalancing) await Promise.all([...this.runners.values()].map((runner) => runner.commit()));
    await this.closeRunners([...this.runners.keys()]);
    await Promise.all(this.closings.values());
    await this.purging;
    await this.member?.close();
    await this.reader.close();
    await Promise.all([...this.globals.values()].map((table) => table.close()));
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private wake(): void {
    this.woken.resolve(undefined);
    this.woken = Promise.withResolvers();
  }

  private onAssigned(partitions: readonly number[], { generation }: GroupMembership): void {
    this.isRebalancing = false;
    // A generation that was missed may have had another owner, whose work the task in memory does not know.
    const isNext = generation === this.generation + 1;
    this.generation = generation;
    this.owned = new Set(partitions);
    const { applicationId } = this.options.topology;
    this.logger.log(`${applicationId}: generation ${generation}, partitions ${partitions.join(', ') || 'none'}`);
    void this.closeRunners([...this.runners.keys()].filter((partition) => !isNext || !this.owned.has(partition)));
    this.wake();
  }

  private onRevoked(): void {
    this.isRebalancing = false;
    this.generation = -1;
    this.owned = new Set();
    void this.closeRunners([...this.runners.keys()]);
    this.wake();
  }

  private onRebalancing(): void {
    if (this.isClosing()) return;
    this.isRebalancing = true;
    for (const runner of this.runners.values()) void runner.commit();
  }

  private async closeRunners(partitions: readonly number[]): Promise<void> {
    await Promise.all(
      partitions.map((partition) => {
        const runner = this.runners.get(partition)!;
        this.runners.delete(partition);
        const closed = runner.close().finally(() => {
          if (this.closings.get(partition) === closed) this.closings.delete(partition);
          this.wake();
        });
        this.closings.set(partition, closed);
        return closed;
      }),
    );
  }

  private async run(): Promise<void> {
    while (!this.isClosing()) {
      const woken = this.woken.promise;
      this.keepRunners();
      if (this.failure) return;
      const worked = !this.isRebalancing && this.runTasks();
      this.purgeWhenDue();
      if (worked) await setImmediate();
      else await this.idle(woken);
    }
  }

  private runTasks(): boolean {
    let worked = false;
    const runners = [...this.runners.values()];
    for (const runner of runners) {
      worked = runner.runSlice(performance.now() + sliceMs / runners.length) || worked;
      runner.commitWhenDue(this.commitIntervalMs);
      runner.restWhenIdle(this.options.idleAfterMs ?? 2_000);
    }
    return worked;
  }

  private async idle(woken: Promise<undefined>): Promise<void> {
    const over = new AbortController();
    await Promise.race([woken, this.clock.sleep(idleMs, over.signal)]);
    // With a reason, for none is made then: an error with its stack for nearly every record.
    over.abort('woken');
  }

  /** Opens what is owned and is not there, and takes away what was lost. */
  private keepRunners(): void {
    const lost = [...this.runners.values()].filter(({ state }) => state === 'lost');
    const failed = lost.find(({ failure }) => failure !== undefined);
    if (failed?.failure) {
      this.fail(failed.failure);
      return;
    }
    void this.closeRunners(lost.map(({ partition }) => partition));
    for (const partition of this.owned)
      if (!this.runners.has(partition) && !this.closings.has(partition))
        this.runners.set(partition, new TaskRunner(this.runnerSettings(), partition));
    const running = [...this.runners.values()].filter(({ isRunning }) => isRunning).length;
    this.metrics.taskCounts(running, this.runners.size - running);
  }

  private runnerSettings(): TaskRunnerSettings {
    const { topology, client, guarantee, onUnreadable = 'fail' } = this.options;
    const { clock, reader, metrics, partitionCounts } = this;
    return {
      topology,
      client,
      clock,
      reader,
      metrics,
      partitionCounts,
      onUnreadable,
      environment: {
        partitionsOf: (topic) => partitionCounts.get(topic) ?? 1,
        globalTable: (topic) => this.globals.get(topic)!,
        droppedLate: (operator) => metrics.lateRecord(operator),
      },
      openWriter: (partition, signal) => {
        const settings = { client, clock, signal, member: () => this.member! };
        return guarantee === 'exactly-once'
          ? ExactlyOnceWriter.open(`${topology.applicationId}-${partition}`, settings)
          : AtLeastOnceWriter.open(settings);
      },
      tell: (progress) => {
        this.restoreLog.tell(progress);
        metrics.restoring(progress);
        this.options.onRestore?.(progress);
      },
      wake: () => this.wake(),
    };
  }

  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.logger.error(`${this.options.topology.applicationId} ends: ${error.message}`);
    this.owned = new Set();
    // Others may go on with the partitions, unless the same happens to them.
    void this.closeRunners([...this.runners.keys()]).then(() => this.member?.close());
    this.options.onFailed?.(error);
  }

  private async onOutOfRange(topic: string, partition: number, offset: number): Promise<void> {
    try {
      const { earliest } = (await this.reader.offsets(topic, [partition])).get(partition)!;
      const runner = this.runners.get(partition);
      if (!runner?.isRunning) return;
      this.logger.warn(
        `${topic}-${partition}: offset ${offset} is gone; records up to ${earliest} were deleted before they were processed`,
      );
      runner.restartInput(topic, earliest);
      this.reader.assign(topic, partition, earliest);
    } catch (error) {
      this.logger.warn(
        `${topic}-${partition}: ${error instanceof Error ? error.message : String(error)}; trying again`,
      );
      await this.clock.sleep(1_000, this.closing.signal);
      if (!this.isClosing()) await this.onOutOfRange(topic, partition, offset);
    }
  }

  /** Records of internal topics that every task has committed are of no more use. */
  private purgeWhenDue(): void {
    if (this.purging !== undefined || this.clock.nowMs() - this.lastPurgeMs < purgeEveryMs) return;
    this.lastPurgeMs = this.clock.nowMs();
    const purged = this.options.topology.internalTopics.filter((topic) => topic.purged);
    if (purged.length === 0) return;
    this.purging = this.purge(purged.map(({ name }) => name)).finally(() => {
      this.purging = undefined;
    });
  }

  private async purge(topics: readonly string[]): Promise<void> {
    try {
      const admin = await this.options.client.openAdmin();
      try {
        for (const topic of topics) {
          const before = new Map<number, number>();
          for (const [partition, runner] of this.runners) {
            const offset = runner.committedOffset(topic);
            if (offset !== undefined && offset > 0) before.set(partition, offset);
          }
          if (before.size > 0) await admin.deleteRecords(topic, before);
        }
      } finally {
        await admin.close();
      }
    } catch (error) {
      this.logger.warn(`cannot purge ${topics.join(', ')}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
