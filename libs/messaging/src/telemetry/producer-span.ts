import { SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { headerNames } from '../message/index.ts';
import { contextOfWritten, injectTrace } from './trace-headers.ts';
import { attributeNames, isTracing, tracer } from './tracing.ts';

interface RecordToTrace {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;
}

function attributesOf({ topic, key, value, headers }: RecordToTrace): Attributes {
  const messageId = headers?.[headerNames.messageId];
  return {
    [attributeNames.system]: 'kafka',
    [attributeNames.operationName]: 'send',
    [attributeNames.operationType]: 'send',
    [attributeNames.destination]: topic,
    ...(messageId === undefined ? {} : { [attributeNames.messageId]: messageId.toString() }),
    ...(key === null ? {} : { [attributeNames.key]: key.toString() }),
    ...(value === null ? { [attributeNames.tombstone]: true } : { [attributeNames.bodyBytes]: value.length }),
  };
}

/**
 * Sends a record in a producer span, from now until it is acknowledged. The span continues the trace in the record's headers (an
 * outbox keeps there what caused it), else the active one; the record carries the span.
 */
export async function inSendSpan<Sent extends RecordToTrace>(
  record: Sent,
  send: (record: Sent) => Promise<void>,
): Promise<void> {
  if (!isTracing()) return send(record);
  const parent = contextOfWritten({ ...record.headers });
  const options = { kind: SpanKind.PRODUCER, attributes: attributesOf(record) };
  const span = tracer().startSpan(`send ${record.topic}`, options, parent);
  const headers = { ...record.headers };
  injectTrace(headers, trace.setSpan(parent, span));
  try {
    await send({ ...record, headers });
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    span.setAttribute(attributeNames.errorType, errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** An error's stable code, else its class. */
export function errorTypeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'object';
}
