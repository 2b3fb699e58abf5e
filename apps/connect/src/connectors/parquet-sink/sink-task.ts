/**
 * One task of a Parquet sink: a member of the group `connect-<connector>` that reads the partitions it is given, of every topic, and
 * writes them into the lake. Where a partition goes on is told by the lake's files; the group's offsets are for people who look at lag.
 *
 * One loop does all: assignments are applied between chunks, so that nothing changes under a chunk's hands. Writing runs beside reading,
 * one flush of a topic at a time; the reader's buffers and the batches are bounded, so that a slow lake slows reading down.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DuckDBInstance } from '@duckdb/node-api';
import { MessagingError, type CopartitionedMember, type LogReader } from '@headwater/messaging';
import { LakeError, openLakeStore, type LakeStore } from '../../lake/index.ts';
import type { ConnectorTask, TaskContext } from '../../worker/index.ts';
import { PartitionSink } from './partition-sink.ts';
import type { BatchConnections } from './row-batch.ts';
import { sinkMetrics, type SinkMetrics } from './sink-metrics.ts';
import { readSinkSettings, type SinkSettings } from './sink-settings.ts';
import { Tidying } from './tidying.ts';
import { TopicSink } from './topic-sink.ts';

const topicsPollMs = 2_000;
const pauseMs = 500;
const readerOptions = {
  isolation: 'read-committed',
  maxWaitMs: 250,
  // Files are written every few seconds: what trickles in is fetched together.
  minBytes: 262_144,
  maxBytesPerPartition: 1_048_576,
  maxBufferedBytesPerPartition: 2_097_152,
} as const;

export class ParquetSinkTask implements ConnectorTask {
  private readonly logger = new Logger('ParquetSink');
  private readonly settings: SinkSettings;
  private readonly metrics: SinkMetrics;
  private readonly topics = new Map<string, TopicSink>();
  private wake = Promise.withResolvers<undefined>();
  /** What the group gave last, not applied yet. */
  private assignment: readonly number[] | undefined;
  /** Partitions whose next offset is not in the log. */
  private readonly outOfRange: Lost[] = [];
  private turn = 0;

  constructor(private readonly context: TaskContext) {
    this.settings = readSinkSettings(context.config);
    this.metrics = sinkMetrics(context.metrics, context.connector);
  }

  async run(stopping: AbortSignal): Promise<void> {
    const onStop = (): void => this.wake.resolve(undefined);
    stopping.addEventListener('abort', onStop, { once: true });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => stopping.removeEventListener('abort', onStop));
    const store = openLakeStore(this.settings.lake);
    stack.defer(() => store.close());
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '2',
      memory_limit: `${this.settings.memoryBytes}B`,
      temp_directory: '',
      // A file is read once, to be merged: kept in memory it would only fill the limit.
      enable_external_file_cache: 'false',
    });
    stack.defer(() => instance.closeSync());
    const connections = { filling: await instance.connect(), writing: await instance.connect() };
    stack.defer(() => Object.values(connections).forEach((connection) => connection.closeSync()));
    const tidying = new Tidying(store, await instance.connect(), this.settings, this.metrics);
    stack.defer(() => tidying.close());
    this.context.running();
    while (!stopping.aborted)
      await this.runOnTopics(await this.presentTopics(stopping), store, connections, tidying, stopping);
  }

  /** Tries until it succeeds, or undefined when the task stops before: a broker that is away comes back. */
  private async patiently<Result>(stopping: AbortSignal, work: () => Promise<Result>): Promise<Result | undefined> {
    while (!stopping.aborted) {
      try {
        return await work();
      } catch (error) {
        this.logger.warn(`${error instanceof Error ? error.message : String(error)}; trying again`);
        await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
    return undefined;
  }

  /** The configured topics that exist, as soon as there is one. */
  private async presentTopics(stopping: AbortSignal): Promise<Map<string, number>> {
    for (;;) {
      const present = (await this.patiently(stopping, () => this.lookForTopics())) ?? new Map<string, number>();
      if (present.size > 0 || stopping.aborted) return present;
      await delay(topicsPollMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  /** Partitions of each configured topic that exists. */
  private async lookForTopics(): Promise<Map<string, number>> {
    const admin = await this.context.client.openAdmin();
    try {
      const found = await admin.describe(new Map(this.settings.topics.map((topic) => [topic, ['cleanup.policy']])));
      return new Map([...found].map(([topic, { partitions }]) => [topic, partitions]));
    } finally {
      await admin.close();
    }
  }

  /** Works on these topics until the task stops or another of its topics appears. */
  private async runOnTopics(
    present: ReadonlyMap<string, number>,
    store: LakeStore,
    connections: BatchConnections,
    tidying: Tidying,
    stopping: AbortSignal,
  ): Promise<void> {
    if (stopping.aborted) return;
    const { connector, client, codec } = this.context;
    const reader = client.openLogReader(readerOptions, {
      onArrival: () => this.wake.resolve(undefined),
      onOffsetOutOfRange: (topic, partition) => {
        this.outOfRange.push({ topic, partition });
        this.wake.resolve(undefined);
      },
    });
    const assign = (partitions: readonly number[]): void => {
      this.assignment = partitions;
      this.wake.resolve(undefined);
    };
    const member = client.joinCopartitioned(
      {
        groupId: `connect-${connector}`,
        topics: [...present.keys()],
        sessionTimeoutMs: this.settings.sessionTimeoutMs,
        rebalanceTimeoutMs: Math.max(30_000, this.settings.sessionTimeoutMs),
        heartbeatIntervalMs: Math.min(1_000, this.settings.sessionTimeoutMs / 5),
      },
      {
        onAssigned: (partitions) => assign(partitions),
        onRevoked: () => assign([]),
        onRebalancing: () => undefined,
      },
    );
    for (const topic of present.keys())
      this.topics.set(
        topic,
        new TopicSink(topic, { settings: this.settings, codec, connections, metrics: this.metrics, nowMs: Date.now }),
      );
    try {
      await this.loop({ present, store, reader, member, tidying, stopping });
    } finally {
      await tidying.settled();
      await Promise.allSettled([...this.topics.values()].map((topic) => topic.settled()));
      await Promise.allSettled([reader.close(), member.close()]);
      for (const topic of this.topics.values())
        for (const partition of topic.partitions.values()) await partition.close();
      this.topics.clear();
      this.assignment = undefined;
      this.outOfRange.length = 0;
    }
  }

  private async loop(work: Work): Promise<void> {
    const { present, member, tidying, stopping } = work;
    let lookedMs = Date.now();
    const written = (topic: string, offsets: ReadonlyMap<number, number>): void => {
      member.commit(new Map([[topic, offsets]])).catch(() => undefined);
    };
    while (!stopping.aborted) {
      this.wake = Promise.withResolvers();
      if (this.assignment) await this.applyAssignment(work);
      for (const lost of this.outOfRange.splice(0)) await this.goOnAfter(lost, work);
      const took = await this.takeChunks(work.reader, stopping);
      await this.flushDue(written);
      tidying.start(this.topics);
      if (present.size < this.settings.topics.length && Date.now() - lookedMs > topicsPollMs) {
        lookedMs = Date.now();
        const found = await this.lookForTopics().catch(() => present);
        if (found.size > present.size) break;
      }
      if (!took) await this.pause(present.size < this.settings.topics.length ? topicsPollMs : undefined);
    }
    for (const topic of this.topics.values()) await topic.flush(written);
    for (const topic of this.topics.values()) await topic.settled();
  }

  /** Until something arrives or is due. */
  private async pause(atMostMs = 60_000): Promise<void> {
    const dueMs = [...this.topics.values()].map((topic) => topic.untilDueMs() ?? atMostMs);
    const over = new AbortController();
    const timer = delay(Math.min(atMostMs, this.settings.tidyIntervalMs, ...dueMs), undefined, { signal: over.signal });
    await Promise.race([this.wake.promise, timer]);
    over.abort();
    await timer.catch(() => undefined);
  }

  private async applyAssignment({ present, store, reader, tidying, stopping }: Work): Promise<void> {
    const partitions = this.assignment!;
    this.assignment = undefined;
    await tidying.settled();
    for (const topic of this.topics.values()) {
      await topic.discard();
      const count = present.get(topic.topic)!;
      for (const [partition, sink] of topic.partitions) {
        reader.unassign(topic.topic, partition);
        if (partitions.includes(partition)) continue;
        topic.partitions.delete(partition);
        await sink.close();
      }
      const owned = partitions.filter((partition) => partition < count);
      if (owned.length === 0) continue;
      const ranges = await this.patiently(stopping, () => reader.offsets(topic.topic, owned));
      if (!ranges) return;
      for (const partition of owned) {
        const { earliest, latest } = ranges.get(partition)!;
        const sink =
          topic.partitions.get(partition) ?? (await PartitionSink.open(store, topic.topic, partition, earliest));
        topic.partitions.set(partition, sink);
        if (sink.position > latest) throw beyondTheEnd(topic.topic, partition, sink.position, latest, store.location);
        reader.assign(topic.topic, partition, sink.position);
      }
    }
  }

  /** The log's beginning has moved past where the lake ends: what is between is lost to it. */
  private async goOnAfter({ topic, partition }: Lost, { reader, store, stopping }: Work): Promise<void> {
    const sink = this.topics.get(topic)?.partitions.get(partition);
    const ranges = sink && (await this.patiently(stopping, () => reader.offsets(topic, [partition])));
    if (!ranges) return;
    const { earliest, latest } = ranges.get(partition)!;
    if (sink.position > latest) throw beyondTheEnd(topic, partition, sink.position, latest, store.location);
    if (earliest > sink.position) {
      this.logger.warn(
        `${topic}, partition ${partition}: retention removed the records from ${sink.position} to ${earliest - 1} before they were in the lake`,
      );
      sink.position = earliest;
    }
    reader.assign(topic, partition, sink.position);
  }

  /** A chunk of each partition that has one, each topic first in turn. */
  private async takeChunks(reader: LogReader, stopping: AbortSignal): Promise<boolean> {
    const topics = [...this.topics.values()];
    const first = this.turn++ % topics.length;
    let took = false;
    for (const topic of [...topics.slice(first), ...topics.slice(0, first)]) {
      for (const partition of topic.partitions.keys()) {
        if (topic.untilDueMs() === 0) break;
        const chunk = reader.take(topic.topic, partition);
        if (!chunk) continue;
        took = true;
        await this.addPatiently(topic, chunk, stopping);
      }
    }
    return took;
  }

  /** Waits for the registry for as long as it takes. */
  private async addPatiently(
    topic: TopicSink,
    chunk: Parameters<TopicSink['add']>[0],
    stopping: AbortSignal,
  ): Promise<void> {
    while (!stopping.aborted) {
      try {
        await topic.add(chunk);
        return;
      } catch (error) {
        if (!(error instanceof MessagingError) || error.code !== 'REGISTRY_UNAVAILABLE') throw error;
        this.logger.warn(`${topic.topic}: ${error.message}; trying again`);
        await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }

  private async flushDue(written: Parameters<TopicSink['flush']>[0]): Promise<void> {
    const topics = [...this.topics.values()];
    for (const topic of topics) if (topic.untilDueMs() === 0) await topic.flush(written);
    // Together they must not outgrow the memory either: rows take several times the bytes that they came in.
    const limit = this.settings.memoryBytes / 8;
    while (topics.reduce((bytes, topic) => bytes + topic.waitingBytes, 0) > limit) {
      const [largest] = topics.sort((one, other) => other.waitingBytes - one.waitingBytes);
      await largest!.flush(written);
    }
  }
}

interface Lost {
  readonly topic: string;
  readonly partition: number;
}

interface Work {
  readonly present: ReadonlyMap<string, number>;
  readonly store: LakeStore;
  readonly reader: LogReader;
  readonly member: CopartitionedMember;
  readonly tidying: Tidying;
  readonly stopping: AbortSignal;
}

function beyondTheEnd(topic: string, partition: number, offset: number, latest: number, lake: string): LakeError {
  return new LakeError(
    'LAKE_MISMATCH',
    `${topic}, partition ${partition}: the lake at ${lake} holds offsets up to ${offset - 1}, the topic ends before ${latest}. ` +
      "It was created anew: move the lake's folder of the topic away, or name another lake",
  );
}
