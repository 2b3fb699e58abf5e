// It is deprecated since applications should not make their own; here it only tells what none looks like.
import { ProxyTracerProvider, trace, type Tracer, type TracerProvider } from '@opentelemetry/api';

/** What the API answers while no SDK is registered. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
const none = new ProxyTracerProvider().getDelegate();

/** Whether an SDK is registered; one may be at any time. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider() as TracerProvider & { getDelegate?(): TracerProvider };
  return (provider.getDelegate?.() ?? provider) !== none;
}

export const tracer = (): Tracer => trace.getTracer('@headwater/messaging');

/** Attributes of OpenTelemetry's semantic conventions for messaging. */
export const attributeNames = {
  system: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  group: 'messaging.consumer.group.name',
  batchSize: 'messaging.batch.message_count',
  messageId: 'messaging.message.id',
  bodyBytes: 'messaging.message.body.size',
  key: 'messaging.kafka.message.key',
  offset: 'messaging.kafka.offset',
  tombstone: 'messaging.kafka.message.tombstone',
  errorType: 'error.type',
} as const;
