/** What is measured of stream processing, in the shape of Prometheus metrics. */
export { restoreProgressMetrics, StreamsMetrics } from './streams-metrics.ts';
