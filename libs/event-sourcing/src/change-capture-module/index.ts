/** Change capture in a Nest service: it runs from the service's start to its shutdown, with log lines, metrics and health. */
export { type CaptureHealthPort, type CaptureMetricsPort } from './capture-telemetry.ts';
export { ChangeCaptureModule, type CaptureParts, type ChangeCaptureModuleOptions } from './change-capture.module.ts';
