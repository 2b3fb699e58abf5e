/**
 * Trace context in and out of record headers (W3C Trace Context), and spans after OpenTelemetry's semantic conventions for messaging.
 *
 * With an OpenTelemetry SDK registered, records are sent in producer spans and processed in consumer spans, and the registered
 * propagator writes and reads the headers. Without one, `traceparent` and `tracestate` of the message that is handled are passed on to
 * what is sent meanwhile, so that a service that traces nothing does not break the traces of others; no span is made then.
 */
export { inTraceOf, type ProcessedIn } from './consumer-span.ts';
export { inSendSpan } from './producer-span.ts';
export { injectTrace } from './trace-headers.ts';
export { isTracing } from './tracing.ts';
