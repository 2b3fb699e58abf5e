/** Prometheus metrics of one application. */
export { measureHttp } from './http-metrics.ts';
export { MetricsController } from './metrics.controller.ts';
export { Metrics } from './metrics.ts';
