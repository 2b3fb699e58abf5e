/** What operators see of the outbox: metrics, log lines and a liveness check. The service's registries fit the ports as they are. */
import { Logger } from '@nestjs/common';
import { type Outbox } from './outbox.ts';
import { type Relay } from './relay.ts';
import { type RelayObserver } from './relay-options.ts';

/** Where metrics are kept, in the shape of Prometheus' client. */
export interface OutboxMetricsPort {
  counter(configuration: { name: string; help: string; labelNames: string[] }): {
    inc(labels: Record<string, string>, value?: number): void;
  };
  gauge(configuration: { name: string; help: string; collect?: () => Promise<void> }): { set(value: number): void };
}

/** Where health checks are kept. */
export interface OutboxHealthPort {
  add(kind: 'live', name: string, check: () => { readonly ok: boolean; readonly detail?: string }): unknown;
}

/** Well above what a publisher may take to give up, so that only a wedged loop is restarted. */
const STALLED_MS = 300_000;

/** Logs what needs a person's eye and counts the rest. */
export function relayTelemetry(metrics: OutboxMetricsPort | undefined): RelayObserver {
  const logger = new Logger('OutboxRelay');
  const counter = (name: string, help: string): ((topic: string, count: number) => void) => {
    const counted = metrics?.counter({ name, help, labelNames: ['topic'] });
    return (topic, count) => counted?.inc({ topic }, count);
  };
  const published = counter('outbox_published_messages_total', 'Messages that the broker acknowledged');
  const failures = counter('outbox_publish_failures_total', 'Attempts to publish that will be repeated');
  const dead = counter('outbox_dead_messages_total', 'Messages that can never be published');
  return {
    published: (topic, records) => published(topic, records.length),
    failed(topic, error, retryAfterMs) {
      failures(topic, 1);
      logger.warn(`topic ${topic}: ${textOf(error)}; trying again in ${retryAfterMs} ms`);
    },
    died(record, error) {
      dead(record.topic, 1);
      const { type, id } = record.aggregate;
      logger.error(`message ${record.id} can never be published, ${type} ${id} is held: ${textOf(error)}`);
    },
    fenced: (rows) => logger.warn(`${rows} messages may be published twice: their shards went to another relay`),
    disconnected: (error) => logger.warn(`lost PostgreSQL: ${textOf(error)}; connecting again`),
  };
}

/** Gauges that are read from the database when they are collected; while it is away they keep their last values. */
export function registerOutboxGauges(outbox: Outbox, metrics: OutboxMetricsPort): void {
  const logger = new Logger('Outbox');
  const oldest = metrics.gauge({
    name: 'outbox_oldest_pending_seconds',
    help: 'Age of the oldest message that waits to be published',
  });
  const held = metrics.gauge({
    name: 'outbox_held_aggregates',
    help: 'Aggregates that wait behind a message that can never be published',
  });
  const pending = metrics.gauge({
    name: 'outbox_pending_messages',
    help: 'Messages that wait to be published',
    async collect() {
      try {
        const state = await outbox.state();
        pending.set(state.pendingMessages);
        oldest.set(state.oldestPendingMs / 1000);
        held.set(state.heldAggregates);
      } catch (error) {
        logger.debug(`gauges keep their values: ${textOf(error)}`);
      }
    },
  });
}

/** Not live when the loop has not come round for so long, or has stopped for a reason, that only a restart or a person may help. */
export function registerRelayHealth(relay: Relay, health: OutboxHealthPort): void {
  health.add('live', 'outbox-relay', () => {
    const { running, sinceTurnMs, failure } = relay.status();
    if (failure) return { ok: false, detail: textOf(failure) };
    if (!running || sinceTurnMs < STALLED_MS) return { ok: true };
    return { ok: false, detail: `no turn for ${Math.round(sinceTurnMs / 1000)} s` };
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
