import type { MetricsPort } from '../consumer/index.ts';

/** What the transactions of one subscription count. */
export class EffectMetrics {
  private readonly messages: ReturnType<MetricsPort['histogram']> | undefined;
  private readonly seconds: ReturnType<MetricsPort['histogram']> | undefined;
  private readonly duplicates: ReturnType<MetricsPort['counter']> | undefined;

  constructor(
    private readonly group: string,
    metrics: MetricsPort | undefined,
  ) {
    this.messages = metrics?.histogram({
      name: 'messaging_effect_messages',
      help: 'Messages whose effects shared a transaction',
      labelNames: ['group'],
      buckets: [1, 10, 50, 100, 500, 1_000, 5_000],
    });
    this.seconds = metrics?.histogram({
      name: 'messaging_effect_seconds',
      help: 'How long a transaction with effects took, by outcome',
      labelNames: ['group', 'outcome'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    });
    this.duplicates = metrics?.counter({
      name: 'messaging_inbox_duplicates_total',
      help: 'Messages that came again and were left out, as the inbox had them',
      labelNames: ['group'],
    });
  }

  transaction(messages: number, durationMs: number, outcome: 'committed' | 'rolled-back'): void {
    const { group } = this;
    this.seconds?.observe({ group, outcome }, durationMs / 1000);
    if (outcome === 'committed') this.messages?.observe({ group }, messages);
  }

  duplicate(messages: number): void {
    if (messages > 0) this.duplicates?.inc({ group: this.group }, messages);
  }
}
