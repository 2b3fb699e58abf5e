import type { FailureKind } from '../errors/index.ts';

/** What a consumer counts, in the shape of Prometheus metrics; the service's registry fits without an adapter. */
export interface MetricsPort {
  counter(configuration: { name: string; help: string; labelNames: string[] }): {
    inc(labels: Record<string, string>, value?: number): void;
  };
  histogram(configuration: { name: string; help: string; labelNames: string[]; buckets: number[] }): {
    observe(labels: Record<string, string>, value: number): void;
  };
  gauge(configuration: { name: string; help: string; labelNames: string[] }): {
    set(labels: Record<string, string>, value: number): void;
  };
}

export type HandlerOutcome = 'ok' | FailureKind;

/** The metrics of one subscription. */
export class ConsumerMetrics {
  private readonly seconds: ReturnType<MetricsPort['histogram']> | undefined;
  private readonly messages: ReturnType<MetricsPort['counter']> | undefined;
  private readonly skippedRecords: ReturnType<MetricsPort['counter']> | undefined;
  private readonly deadLetters: ReturnType<MetricsPort['counter']> | undefined;
  private readonly lag: ReturnType<MetricsPort['gauge']> | undefined;
  private readonly waiting: ReturnType<MetricsPort['gauge']> | undefined;
  private readonly inFlight: ReturnType<MetricsPort['gauge']> | undefined;
  private readonly parkedKeys: ReturnType<MetricsPort['gauge']> | undefined;
  private readonly oldestParked: ReturnType<MetricsPort['gauge']> | undefined;

  constructor(
    private readonly group: string,
    metrics: MetricsPort | undefined,
  ) {
    this.seconds = metrics?.histogram({
      name: 'messaging_handler_seconds',
      help: 'How long a handler took for a message or a batch of them',
      labelNames: ['group', 'outcome'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    });
    this.messages = metrics?.counter({
      name: 'messaging_messages_total',
      help: 'Messages that handlers were called with, by outcome',
      labelNames: ['group', 'outcome'],
    });
    this.deadLetters = metrics?.counter({
      name: 'messaging_dead_letters_total',
      help: 'Records that were put aside',
      labelNames: ['group'],
    });
    this.skippedRecords = metrics?.counter({
      name: 'messaging_skipped_total',
      help: 'Records that were dropped after their handler had failed',
      labelNames: ['group'],
    });
    this.lag = metrics?.gauge({
      name: 'messaging_lag_records',
      help: 'Records of a partition that are not processed',
      labelNames: ['group', 'partition'],
    });
    this.waiting = metrics?.gauge({
      name: 'messaging_waiting_records',
      help: 'Records in memory that are not processed',
      labelNames: ['group'],
    });
    this.inFlight = metrics?.gauge({
      name: 'messaging_in_flight_records',
      help: 'Records that handlers are at work on',
      labelNames: ['group'],
    });
    this.parkedKeys = metrics?.gauge({
      name: 'messaging_parked_keys',
      help: 'Keys that are parked, of the partitions that this instance has',
      labelNames: ['group'],
    });
    this.oldestParked = metrics?.gauge({
      name: 'messaging_oldest_parked_seconds',
      help: 'For how long the key has been parked that was parked first, of the partitions that this instance has',
      labelNames: ['group'],
    });
  }

  handled(messages: number, durationMs: number, outcome: HandlerOutcome): void {
    this.seconds?.observe({ group: this.group, outcome }, durationMs / 1000);
    this.messages?.inc({ group: this.group, outcome }, messages);
  }

  deadLettered(): void {
    this.deadLetters?.inc({ group: this.group });
  }

  skipped(): void {
    this.skippedRecords?.inc({ group: this.group });
  }

  partitionLag(partition: number, records: number): void {
    this.lag?.set({ group: this.group, partition: String(partition) }, records);
  }

  subscription(state: {
    readonly waitingRecords: number;
    readonly inFlight: number;
    readonly parkedKeys: number;
    readonly oldestParkedMs: number;
  }): void {
    const labels = { group: this.group };
    this.waiting?.set(labels, state.waitingRecords);
    this.inFlight?.set(labels, state.inFlight);
    this.parkedKeys?.set(labels, state.parkedKeys);
    this.oldestParked?.set(labels, state.oldestParkedMs / 1000);
  }
}
