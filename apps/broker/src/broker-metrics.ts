/** The broker's metrics in Prometheus' text format: read from its status when they are asked for, so that nobody pays for them before. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { BrokerStatus } from '@headwater/broker-core';
import type { MetricsPage } from '@headwater/schema-registry';

/** A label's value, and the metric's for it. */
type Labelled = readonly [label: string, value: number];

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** One value, or one for each value of the label. */
  readonly of: (status: BrokerStatus) => number | Labelled[];
}

export class BrokerMetrics {
  readonly #registry = new Registry();
  readonly #status: () => BrokerStatus;
  readonly #readers: ((status: BrokerStatus) => void)[] = [];

  constructor(status: () => BrokerStatus) {
    this.#status = status;
    collectDefaultMetrics({ register: this.#registry });
    this.#defineRequests();
    this.#defineCompaction();
  }

  async page(): Promise<MetricsPage> {
    const status = this.#status();
    for (const read of this.#readers) read(status);
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #defineRequests(): void {
    this.counter({
      name: 'broker_requests_total',
      help: 'Requests of clients',
      labelNames: ['api'],
      of: ({ apis }) => apis.map(({ api, requests }) => [api, requests]),
    });
    this.gauge({
      name: 'broker_connections',
      help: 'Connections of clients',
      of: ({ connections }) => connections,
    });
    this.gauge({
      name: 'broker_request_bytes',
      help: 'Bytes of requests in memory',
      of: ({ requestBytes }) => requestBytes,
    });
    this.gauge({
      name: 'broker_answer_bytes',
      help: 'Bytes of answers that are being made or that clients leave unread',
      of: ({ answerBytes }) => answerBytes,
    });
    this.gauge({
      name: 'broker_pending_bytes',
      help: 'Bytes that were appended and are not durable yet',
      of: ({ pendingBytes }) => pendingBytes,
    });
    this.gauge({
      name: 'broker_partitions',
      help: 'Partitions, those of internal topics too',
      of: ({ partitions }) => partitions,
    });
    this.gauge({ name: 'broker_log_bytes', help: 'Bytes of all logs', of: ({ logBytes }) => logBytes });
  }

  #defineCompaction(): void {
    this.gauge({
      name: 'broker_compaction_dirty_ratio',
      help: 'Share of a compacted log that was not compacted since it was written: the largest of the topic',
      labelNames: ['topic'],
      of: ({ cleaner }) =>
        [...Map.groupBy(cleaner.logs, ({ topic }) => topic)].map(([topic, logs]) => [
          topic,
          Math.max(...logs.map(({ dirtyRatio }) => dirtyRatio)),
        ]),
    });
    this.gauge({
      name: 'broker_compaction_overdue_seconds',
      help: 'How much longer than max.compaction.lag.ms the oldest record that is not compacted has waited',
      of: ({ cleaner }) => Math.max(0, ...cleaner.logs.map(({ overdueMs }) => overdueMs / 1000)),
    });
    this.gauge({
      name: 'broker_compaction_failed_logs',
      help: 'Logs that could not be compacted at the last try',
      of: ({ cleaner }) => cleaner.logs.filter(({ failure }) => failure !== undefined).length,
    });
    this.gauge({
      name: 'broker_compaction_running_read_bytes',
      help: 'Bytes that the compaction that runs now has read; 0 without one',
      of: ({ cleaner }) => cleaner.running?.readBytes ?? 0,
    });
    this.counter({
      name: 'broker_compactions_total',
      help: 'Compactions of a log, by how they ended',
      labelNames: ['outcome'],
      of: ({ cleaner: { totals } }) => [
        ['done', totals.cleanings],
        ['failed', totals.failures],
      ],
    });
    this.counter({
      name: 'broker_compaction_bytes_total',
      help: 'Bytes that compaction has read, has written again, and by which logs became smaller',
      labelNames: ['kind'],
      of: ({ cleaner: { totals } }) => [
        ['read', totals.readBytes],
        ['written', totals.writtenBytes],
        ['freed', totals.freedBytes],
      ],
    });
    this.counter({
      name: 'broker_compaction_seconds_total',
      help: 'Time of all compactions',
      of: ({ cleaner }) => cleaner.totals.durationMs / 1000,
    });
  }

  /** No `#` before it: the page of all metrics is made from calls of this name. */
  private gauge({ name, help, labelNames = [], of }: Described): void {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.#registry] });
    this.#readers.push((status) => {
      gauge.reset();
      for (const [labels, value] of labelled(labelNames, of(status))) gauge.set(labels, value);
    });
  }

  /** The broker counts; what it has come to is taken over. */
  private counter({ name, help, labelNames = [], of }: Described): void {
    const counter = new Counter({ name, help, labelNames, registers: [this.#registry] });
    this.#readers.push((status) => {
      counter.reset();
      for (const [labels, value] of labelled(labelNames, of(status))) counter.inc(labels, value);
    });
  }
}

function labelled([name]: readonly string[], value: number | Labelled[]): [Record<string, string>, number][] {
  if (typeof value === 'number') return [[{}, value]];
  return value.map(([label, each]) => [name === undefined ? {} : { [name]: label }, each]);
}
