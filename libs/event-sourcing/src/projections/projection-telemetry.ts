/** What operators see of projections: metrics and log lines. The service's registry fits the port as it is. */
import { Logger } from '@nestjs/common';
import { type ProjectionObserver } from './projection-options.ts';
import { type ProjectionsOperator, type ProjectionStatus } from './projections-operator.ts';

/** Where metrics are kept, in the shape of Prometheus' client. */
export interface ProjectionMetricsPort {
  counter(configuration: { name: string; help: string; labelNames: string[] }): {
    inc(labels: Record<string, string>, value?: number): void;
  };
  gauge(configuration: { name: string; help: string; labelNames: string[]; collect?: () => Promise<void> }): {
    set(labels: Record<string, string>, value: number): void;
  };
}

/** Logs what needs a person's eye and counts the rest. */
export function projectionTelemetry(metrics: ProjectionMetricsPort | undefined): ProjectionObserver {
  const logger = new Logger('Projections');
  const counter = (name: string, help: string) => metrics?.counter({ name, help, labelNames: ['projection'] });
  const applied = counter('projection_applied_events_total', 'Events that changed a read model');
  const failures = counter('projection_failures_total', 'Attempts to apply an event that will be repeated');
  return {
    applied: (projection, events) => applied?.inc({ projection }, events),
    failed(projection, eventId, error, retryAfterMs) {
      failures?.inc({ projection });
      logger.error(
        `${projection} stands still at event ${eventId}: ${textOf(error)}; trying again in ${retryAfterMs} ms`,
      );
    },
    superseded: (projection, version) =>
      logger.warn(`${projection}: the tables are of version ${version}, which is newer than this process`),
    rebuildStarted: (projection, version, resumed) =>
      logger.log(`${projection}: ${resumed ? 'going on with' : 'starting'} the rebuild to version ${version}`),
    rebuildDelayed: (projection, error) =>
      logger.warn(`${projection}: the rebuilt tables are not in place yet: ${textOf(error)}; trying again`),
    rebuilt: (projection, version) => logger.log(`${projection}: rebuilt to version ${version}`),
    disconnected: (error) => logger.warn(`lost PostgreSQL: ${textOf(error)}; connecting again`),
  };
}

/** Gauges that are read from the database when they are collected; while it is away they keep their last values. */
export function registerProjectionGauges(operator: ProjectionsOperator, metrics: ProjectionMetricsPort): void {
  const logger = new Logger('Projections');
  const values: readonly [name: string, help: string, value: (status: ProjectionStatus) => number][] = [
    ['projection_behind_events', 'Events that are stored but not applied', ({ behindEvents }) => behindEvents],
    ['projection_behind_seconds', 'Age of the oldest event not applied', ({ behindMs }) => behindMs / 1000],
    ['projection_failed', '1 while a projection stands still at an event', ({ failure }) => (failure ? 1 : 0)],
    [
      'projection_rebuild_ratio',
      'Share of the events that a rebuild has read; 1 when none runs',
      ({ rebuild }) => (rebuild ? rebuild.events / Math.max(1, rebuild.totalEvents) : 1),
    ],
  ];
  const [first, ...others] = values.map(([name, help, value], index) => {
    const collect = index === 0 ? { collect: collectAll } : {};
    return { gauge: metrics.gauge({ name, help, labelNames: ['projection'], ...collect }), value };
  });
  async function collectAll(): Promise<void> {
    try {
      for (const status of await operator.status())
        for (const { gauge, value } of [first!, ...others]) gauge.set({ projection: status.name }, value(status));
    } catch (error) {
      logger.debug(`gauges keep their values: ${textOf(error)}`);
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
