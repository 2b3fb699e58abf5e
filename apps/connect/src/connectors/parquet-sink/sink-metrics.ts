import type { Metrics } from '@headwater/service-kit';

/** What a sink tells of itself. */
export interface SinkMetrics {
  flushed(topic: string, rows: number, bytes: number, tookMs: number): void;
  published(topic: string): void;
  merged(topic: string, files: number): void;
}

export function sinkMetrics(metrics: Metrics, connector: string): SinkMetrics {
  const labelNames = ['connector', 'topic'] as const;
  const rows = metrics.counter({ name: 'lake_rows_total', help: 'Rows written into the lake', labelNames });
  const bytes = metrics.counter({
    name: 'lake_source_bytes_total',
    help: 'Bytes of keys and values of the records written into the lake',
    labelNames,
  });
  const files = metrics.counter({ name: 'lake_files_total', help: 'Files published in the lake', labelNames });
  const merged = metrics.counter({
    name: 'lake_merged_files_total',
    help: 'Files merged into larger ones',
    labelNames,
  });
  const flushes = metrics.histogram({
    name: 'lake_flush_seconds',
    help: 'Time that a flush of a topic takes',
    labelNames,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  return {
    flushed(topic, rowCount, byteCount, tookMs) {
      rows.inc({ connector, topic }, rowCount);
      bytes.inc({ connector, topic }, byteCount);
      flushes.observe({ connector, topic }, tookMs / 1_000);
    },
    published: (topic) => files.inc({ connector, topic }),
    merged: (topic, count) => merged.inc({ connector, topic }, count),
  };
}
