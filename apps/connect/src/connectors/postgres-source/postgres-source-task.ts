/**
 * One capture as a task. The slot is read by one process at a time whatever the workers believe: a task that comes while another still
 * reads stands by. PostgreSQL and broker may be away for as long as they are; the task waits, and says so. Only what a person has to mend
 * ends it.
 */
import { Logger } from '@nestjs/common';
import {
  ChangeCapture,
  type CaptureObserver,
  type CaptureProgress,
  type MakeEncoding,
} from '@headwater/event-sourcing';
import { KafkaChangePublisher } from '@headwater/messaging';
import { ConnectorError, type ConnectorTask, type OffsetStore, type TaskContext } from '../../worker/index.ts';
import { AvroEnvelope } from './avro-envelope.ts';
import { capturedTables, contractOf, findContract } from './source-config.ts';
import { type SourceMetrics } from './source-metrics.ts';

export class PostgresSourceTask implements ConnectorTask {
  private readonly logger: Logger;
  private readonly config;
  private readonly failed = Promise.withResolvers<undefined>();

  constructor(
    private readonly context: TaskContext,
    private readonly metrics: SourceMetrics,
  ) {
    this.config = context.config;
    this.logger = new Logger(`PostgresSource ${context.connector}`);
  }

  async run(stopping: AbortSignal): Promise<void> {
    await this.prepareTopics(stopping);
    if (stopping.aborted) return;
    const capture = this.capture();
    const unwatch = this.metrics.watch(this.context.connector, capture);
    const stopped = new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }));
    capture.start();
    try {
      await Promise.race([stopped, this.failed.promise]);
    } finally {
      await capture.stop();
      unwatch();
    }
  }

  private async prepareTopics(stopping: AbortSignal): Promise<void> {
    const { topicSetup, codec } = this.context;
    const names = [...new Set(capturedTables(this.config).map(({ topic }) => topic))];
    const topics = names.map(
      (name) => findContract(name) ?? { name, partitions: Number(this.config['topic.partitions']), config: {} },
    );
    await topicSetup.ensure(topics, stopping);
    if (this.isAvro)
      await codec.register(
        names.map((name) => contractOf(name).contract),
        stopping,
      );
  }

  private get isAvro(): boolean {
    return this.config['value.converter'] === 'avro';
  }

  private capture(): ChangeCapture {
    const { config, context } = this;
    const { producer, offsets } = context;
    const slot = config['slot.name']!;
    const encoding: MakeEncoding = (names, relation, topic) =>
      new AvroEnvelope(context.codec, contractOf(topic), names, relation);
    return new ChangeCapture(new KafkaChangePublisher(producer), {
      connection: { connectionString: config['database.url']!, application_name: `connect-${context.connector}` },
      name: slot,
      tables: capturedTables(config),
      snapshot: config['snapshot.mode'] === 'never' ? 'never' : 'initial',
      onLostSlot: config['slot.lost'] === 'snapshot' ? 'snapshot' : 'stop',
      onRefused: config['record.refused'] === 'skip' ? 'skip' : 'stop',
      leaseMs: Number(config['lease.ms']),
      heartbeatMs: Number(config['heartbeat.interval.ms']),
      progress: progressIn(offsets, slot, context.connector),
      ...(this.isAvro ? { encoding } : {}),
      observer: this.observer(),
    });
  }

  private observer(): CaptureObserver {
    const { context, logger, metrics } = this;
    let waiting = true;
    const works = (): void => {
      if (!waiting) return;
      waiting = false;
      context.running();
    };
    const waits = (reason: unknown): void => {
      waiting = true;
      context.waiting(reason);
    };
    return {
      streaming: works,
      snapshotRows: works,
      published: (changes) => {
        works();
        metrics.publishedChanges(context.connector, changes);
      },
      standingBy: (reason) => waits(new Error(reason)),
      disconnected: waits,
      failed: waits,
      fenced: () => waits(new Error('the slot went to another process while this one was not heard of')),
      stopped: (error) => {
        // Its owner may be about to make the table.
        const mayPass = error.code === 'TABLE_MISSING';
        this.failed.reject(new ConnectorError(error.code, error.message, mayPass, { cause: error }));
      },
      snapshotEnded: (rows) => logger.log(`the initial snapshot is published: ${rows} rows`),
      slotLost: (reason) => logger.error(`${reason}; reading every row anew`),
      schemaChanged: ({ schema, table }, columns) =>
        logger.warn(`${schema}.${table} has columns ${columns.join(', ')} now`),
      refused: (topic, key, error) =>
        logger.error(
          `left out a change of key ${key} for topic ${topic}: ${error instanceof Error ? error.message : String(error)}`,
        ),
    };
  }
}

/** The capture's phase among the workers' offsets: the captured database has no table of ours. */
function progressIn(offsets: OffsetStore, slot: string, connector: string): CaptureProgress {
  return {
    phase: async () => {
      const phase = (await offsets.read({ slot }))?.['phase'];
      return phase === 'snapshot' || phase === 'stream' ? phase : undefined;
    },
    enter: (phase, rows) => offsets.write({ slot }, { phase, ...(rows === undefined ? {} : { snapshot_rows: rows }) }),
    forgetting: `stop the connector, DELETE /connectors/${connector}/offsets and resume it`,
  };
}
