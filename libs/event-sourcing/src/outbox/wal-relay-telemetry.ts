/** What operators see of the relay from the write-ahead log, beside what they see of any relay. */
import { Logger } from '@nestjs/common';
import { replicationGauges } from '../replication/index.ts';
import { relayTelemetry, type OutboxMetricsPort } from './outbox-telemetry.ts';
import { type WalOutboxRelay } from './wal-outbox-relay.ts';
import { type WalRelayObserver } from './wal-relay-options.ts';

/** Logs what needs a person's eye and counts the rest. */
export function walRelayTelemetry(metrics: OutboxMetricsPort | undefined): WalRelayObserver {
  const logger = new Logger('WalOutboxRelay');
  return {
    ...relayTelemetry(metrics),
    fenced: () =>
      logger.warn('another relay took over while this one was not heard of; what it had read is thrown away'),
    standingBy: (reason) => logger.log(`standing by: ${reason}`),
    takingOver: (reason) => logger.warn(`publishing what is pending from the table first: ${reason}`),
    streaming: () => logger.log('publishing from the write-ahead log'),
    stopped: (error) => logger.error(`stopped for good: ${error instanceof Error ? error.message : String(error)}`),
  };
}

export function registerWalRelayGauges(relay: WalOutboxRelay, metrics: OutboxMetricsPort): void {
  for (const [name, help, value] of replicationGauges) {
    const gauge = metrics.gauge({
      name: `outbox_wal_${name}`,
      help,
      collect() {
        gauge.set(value(relay.status().replication));
        return Promise.resolve();
      },
    });
  }
}
