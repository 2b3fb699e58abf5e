/** What operators see of the sources on this worker. Gauges are made once and ask whatever captures there are at the time. */
import { type CaptureStatus, type ChangeCapture } from '@headwater/event-sourcing';
import { type Metrics } from '@headwater/service-kit';

const GAUGES: readonly (readonly [name: string, help: string, value: (status: CaptureStatus) => number])[] = [
  ['lag_bytes', 'Log that PostgreSQL has and that is not confirmed', ({ lagBytes }) => lagBytes],
  ['retained_bytes', 'Log that PostgreSQL keeps for the slot', ({ retainedBytes }) => retainedBytes],
  ['buffered_bytes', 'Changes in memory that wait to be published', ({ bufferedBytes }) => bufferedBytes],
  ['snapshot_rows', 'Rows that the initial snapshot under way has published', ({ snapshotRows }) => snapshotRows ?? 0],
  [
    'since_commit_seconds',
    'Time since the commit that was published last',
    ({ sinceCommitMs }) => (sinceCommitMs ?? 0) / 1000,
  ],
];

export class SourceMetrics {
  private readonly captures = new Map<string, ChangeCapture>();
  private readonly published;

  constructor(metrics: Metrics) {
    const { captures } = this;
    this.published = metrics.counter({
      name: 'connect_source_published_changes_total',
      help: 'Changes that the broker acknowledged',
      labelNames: ['connector'],
    });
    for (const [name, help, value] of GAUGES) {
      const gauge = metrics.gauge({
        name: `connect_source_${name}`,
        help,
        labelNames: ['connector'],
        collect() {
          gauge.reset();
          for (const [connector, capture] of captures) gauge.set({ connector }, value(capture.status()));
        },
      });
    }
  }

  publishedChanges(connector: string, changes: number): void {
    this.published.inc({ connector }, changes);
  }

  /** @returns what ends the watch */
  watch(connector: string, capture: ChangeCapture): () => void {
    this.captures.set(connector, capture);
    return () => {
      if (this.captures.get(connector) === capture) this.captures.delete(connector);
    };
  }
}
