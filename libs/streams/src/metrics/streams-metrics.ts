import type { MetricsPort } from '@headwater/messaging';
import type { RestoreProgress } from '../restore/index.ts';

/** Takes progress into the metrics `streams_restore_*`. */
export function restoreProgressMetrics(metrics: MetricsPort | undefined): (progress: RestoreProgress) => void {
  const labelNames = ['store', 'partition'];
  const records = metrics?.gauge({
    name: 'streams_restore_records',
    help: 'Records of a store that were restored since it was opened',
    labelNames,
  });
  const percent = metrics?.gauge({
    name: 'streams_restore_percent',
    help: 'How far a partition of a store is restored',
    labelNames,
  });
  return (progress) => {
    const labels = { store: progress.name, partition: String(progress.partition) };
    records?.set(labels, progress.records);
    percent?.set(labels, progress.percent);
  };
}

/** The metrics of one application. */
export class StreamsMetrics {
  private readonly processed: ReturnType<MetricsPort['counter']> | undefined;
  private readonly late: ReturnType<MetricsPort['counter']> | undefined;
  private readonly unreadable: ReturnType<MetricsPort['counter']> | undefined;
  private readonly written: ReturnType<MetricsPort['counter']> | undefined;
  private readonly commitSeconds: ReturnType<MetricsPort['histogram']> | undefined;
  private readonly lag: ReturnType<MetricsPort['gauge']> | undefined;
  private readonly entries: ReturnType<MetricsPort['gauge']> | undefined;
  private readonly tasks: ReturnType<MetricsPort['gauge']> | undefined;
  readonly restoring: (progress: RestoreProgress) => void;

  constructor(
    private readonly application: string,
    metrics: MetricsPort | undefined,
  ) {
    const counter = (name: string, help: string, ...labels: string[]) =>
      metrics?.counter({ name, help, labelNames: ['application', ...labels] });
    const gauge = (name: string, help: string, ...labels: string[]) =>
      metrics?.gauge({ name, help, labelNames: ['application', ...labels] });
    this.processed = counter('streams_processed_records_total', 'Records that were processed', 'topic');
    this.late = counter('streams_late_records_total', 'Records that came after their window was closed', 'operator');
    this.unreadable = counter(
      'streams_unreadable_records_total',
      'Records that were passed over as unreadable',
      'topic',
    );
    this.written = counter('streams_written_records_total', 'Records that commits have written');
    this.commitSeconds = metrics?.histogram({
      name: 'streams_commit_seconds',
      help: 'How long a commit took',
      labelNames: ['application'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    });
    this.lag = gauge('streams_lag_records', 'Records of a partition that are not processed', 'topic', 'partition');
    this.entries = gauge('streams_store_entries', 'Entries that a store holds', 'store', 'partition');
    this.tasks = gauge('streams_tasks', 'Partitions that this instance works on', 'state');
    this.restoring = restoreProgressMetrics(metrics);
  }

  processedRecords(topic: string, records: number): void {
    this.processed?.inc({ application: this.application, topic }, records);
  }

  lateRecord(operator: string): void {
    this.late?.inc({ application: this.application, operator });
  }

  unreadableRecord(topic: string): void {
    this.unreadable?.inc({ application: this.application, topic });
  }

  committed(records: number, durationMs: number): void {
    this.written?.inc({ application: this.application }, records);
    this.commitSeconds?.observe({ application: this.application }, durationMs / 1000);
  }

  partitionLag(topic: string, partition: number, records: number): void {
    this.lag?.set({ application: this.application, topic, partition: String(partition) }, records);
  }

  storeEntries(store: string, partition: number, entries: number): void {
    this.entries?.set({ application: this.application, store, partition: String(partition) }, entries);
  }

  taskCounts(running: number, restoring: number): void {
    this.tasks?.set({ application: this.application, state: 'running' }, running);
    this.tasks?.set({ application: this.application, state: 'restoring' }, restoring);
  }
}
