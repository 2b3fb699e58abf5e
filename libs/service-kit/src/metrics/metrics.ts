import { Injectable } from '@nestjs/common';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

/**
 * The process's metrics, served at `/metrics` in Prometheus' text format. Each application has its own registry, so that
 * several can live in one process. Asking for a name again returns the metric that has it: a module may be made twice.
 * Names are snake_case with their base unit last (`_seconds`, `_bytes`), counters end in `_total`.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<L extends string = string>(configuration: Omit<CounterConfiguration<L>, 'registers'>): Counter<L> {
    const existing = this.registry.getSingleMetric(configuration.name);
    if (existing instanceof Counter) return existing;
    return new Counter<L>({ ...configuration, registers: [this.registry] });
  }

  gauge<L extends string = string>(configuration: Omit<GaugeConfiguration<L>, 'registers'>): Gauge<L> {
    const existing = this.registry.getSingleMetric(configuration.name);
    if (existing instanceof Gauge) return existing;
    return new Gauge<L>({ ...configuration, registers: [this.registry] });
  }

  histogram<L extends string = string>(configuration: Omit<HistogramConfiguration<L>, 'registers'>): Histogram<L> {
    const existing = this.registry.getSingleMetric(configuration.name);
    if (existing instanceof Histogram) return existing;
    return new Histogram<L>({ ...configuration, registers: [this.registry] });
  }

  /** The exposition and its content type. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}
