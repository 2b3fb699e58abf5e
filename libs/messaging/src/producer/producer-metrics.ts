import type { MetricsPort } from '../consumer/index.ts';

/** What a producer counts. */
export class ProducerMetrics {
  private readonly seconds: ReturnType<MetricsPort['histogram']> | undefined;
  private readonly records: ReturnType<MetricsPort['counter']> | undefined;
  private readonly waiting: ReturnType<MetricsPort['gauge']> | undefined;

  constructor(metrics: MetricsPort | undefined) {
    this.seconds = metrics?.histogram({
      name: 'messaging_send_seconds',
      help: 'From the call until a record was acknowledged or given up, waiting for room included',
      labelNames: ['topic', 'outcome'],
      buckets: [0.002, 0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    });
    this.records = metrics?.counter({
      name: 'messaging_sent_records_total',
      help: 'Records that were acknowledged or given up',
      labelNames: ['topic', 'outcome'],
    });
    this.waiting = metrics?.gauge({
      name: 'messaging_send_buffered_bytes',
      help: 'Bytes of records that are on their way',
      labelNames: [],
    });
  }

  settled(topic: string, durationMs: number, outcome: 'acknowledged' | 'given-up'): void {
    this.seconds?.observe({ topic, outcome }, durationMs / 1000);
    this.records?.inc({ topic, outcome });
  }

  buffered(bytes: number): void {
    this.waiting?.set({}, bytes);
  }
}
