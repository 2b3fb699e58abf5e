/** What operators see of a capture: metrics, log lines and a liveness check. The service's registries fit the ports as they are. */
import { Logger } from '@nestjs/common';
import { type CaptureObserver, type ChangeCapture } from '../change-capture/index.ts';
import { formatLsn, replicationGauges } from '../replication/index.ts';

/** Where metrics are kept, in the shape of Prometheus' client. */
export interface CaptureMetricsPort {
  counter(configuration: { name: string; help: string; labelNames: string[] }): {
    inc(labels: Record<string, string>, value?: number): void;
  };
  gauge(configuration: { name: string; help: string; labelNames: string[]; collect?: () => Promise<void> }): {
    set(labels: Record<string, string>, value: number): void;
  };
}

/** Where health checks are kept. */
export interface CaptureHealthPort {
  add(kind: 'live', name: string, check: () => { readonly ok: boolean; readonly detail?: string }): unknown;
}

/** Well above what a publisher may take to give up, so that only a wedged capture is restarted. */
const STALLED_MS = 300_000;

/** Logs what needs a person's eye and counts the rest. */
export function captureTelemetry(capture: string, metrics: CaptureMetricsPort | undefined): CaptureObserver {
  const logger = new Logger(`ChangeCapture ${capture}`);
  const labels = { capture };
  const counter = (name: string, help: string) => metrics?.counter({ name, help, labelNames: ['capture'] });
  const published = counter('capture_published_changes_total', 'Changes that the broker acknowledged');
  const failures = counter('capture_publish_failures_total', 'Attempts to publish that will be repeated');
  const left = counter('capture_refused_changes_total', 'Changes left out because the broker will never take them');
  return {
    published: (changes) => published?.inc(labels, changes),
    failed(error, retryAfterMs) {
      failures?.inc(labels);
      logger.warn(`${textOf(error)}; trying again in ${retryAfterMs} ms`);
    },
    streaming: (lsn) => logger.log(`reading the log from ${formatLsn(lsn)}`),
    standingBy: (reason) => logger.log(`standing by: ${reason}`),
    fenced: () =>
      logger.warn('another process took over while this one was not heard of; what it had read is thrown away'),
    disconnected: (error) => logger.warn(`lost PostgreSQL: ${textOf(error)}; connecting again`),
    stopped: (error) => logger.error(`stopped for good: ${error.code}: ${error.message}`),
    snapshotEnded: (rows) => logger.log(`initial snapshot published: ${rows} rows`),
    slotLost: (reason) => logger.error(`${reason}; reading every row anew`),
    schemaChanged: ({ schema, table }, columns) =>
      logger.warn(`${schema}.${table} has columns ${columns.join(', ')} now`),
    refused(topic, key, error) {
      left?.inc(labels);
      logger.error(`left out a change of key ${key} for topic ${topic}: ${textOf(error)}`);
    },
  };
}

export function registerCaptureGauges(name: string, capture: ChangeCapture, metrics: CaptureMetricsPort): void {
  const labels = { capture: name };
  for (const [gaugeName, help, value] of replicationGauges) {
    const gauge = metrics.gauge({
      name: `capture_${gaugeName}`,
      help,
      labelNames: ['capture'],
      collect() {
        gauge.set(labels, value(capture.status()));
        return Promise.resolve();
      },
    });
  }
}

/** Not live when the capture has stopped for good, or has not gone forward for so long that only a restart may help. */
export function registerCaptureHealth(name: string, capture: ChangeCapture, health: CaptureHealthPort): void {
  health.add('live', `capture ${name}`, () => {
    const { state, failure, sinceProgressMs } = capture.status();
    if (failure) return { ok: false, detail: `${failure.code}: ${failure.message}` };
    if (state === 'stopped' || sinceProgressMs < STALLED_MS) return { ok: true };
    return { ok: false, detail: `nothing went forward for ${Math.round(sinceProgressMs / 1000)} s` };
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
