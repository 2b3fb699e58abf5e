import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Link, type Span } from '@opentelemetry/api';
import { headerNames, runInContext, type MessageHeaders } from '../message/index.ts';
import { errorTypeOf } from './producer-span.ts';
import { contextOf } from './trace-headers.ts';
import { attributeNames, isTracing, tracer } from './tracing.ts';

interface MessageToTrace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly messageId: string;
  readonly headers: MessageHeaders;
}

/** Who processes. */
export interface ProcessedIn {
  readonly group: string;
}

/**
 * Runs the work for messages in their trace. One message: a consumer span that is the child of what sent it. Several: a span of its
 * own with a link to each of them. What the work sends belongs to that span.
 */
export function inTraceOf<Result>(
  messages: readonly MessageToTrace[],
  { group }: ProcessedIn,
  work: () => Promise<Result>,
): Promise<Result> {
  const [first] = messages;
  if (!first) return work();
  if (!isTracing()) {
    const traceparent = first.headers.text(headerNames.traceparent);
    const tracestate = traceparent === undefined ? undefined : first.headers.text(headerNames.tracestate);
    return runInContext({ traceparent, tracestate }, work);
  }
  const single = messages.length === 1;
  const parent = single ? contextOf(first.headers) : context.active();
  const attributes = {
    ...attributesOf(first, group),
    ...(single ? attributesOfOne(first) : attributesOfMany(messages)),
  };
  const links = single ? [] : linksTo(messages);
  const span = tracer().startSpan(`process ${first.topic}`, { kind: SpanKind.CONSUMER, attributes, links }, parent);
  return context.with(trace.setSpan(parent, span), () => ended(span, work));
}

async function ended<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    span.setAttribute(attributeNames.errorType, errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

const attributesOf = ({ topic }: MessageToTrace, group: string): Attributes => ({
  [attributeNames.system]: 'kafka',
  [attributeNames.operationName]: 'process',
  [attributeNames.operationType]: 'process',
  [attributeNames.destination]: topic,
  [attributeNames.group]: group,
});

const attributesOfOne = ({ partition, offset, key, messageId }: MessageToTrace): Attributes => ({
  [attributeNames.partition]: String(partition),
  [attributeNames.offset]: Number(offset),
  [attributeNames.messageId]: messageId,
  ...(key === null ? {} : { [attributeNames.key]: key }),
});

function attributesOfMany(messages: readonly MessageToTrace[]): Attributes {
  const partitions = new Set(messages.map(({ partition }) => partition));
  return {
    [attributeNames.batchSize]: messages.length,
    ...(partitions.size === 1 ? { [attributeNames.partition]: String(messages[0]!.partition) } : {}),
  };
}

function linksTo(messages: readonly MessageToTrace[]): Link[] {
  return messages.flatMap((message) => {
    const spanContext = trace.getSpanContext(contextOf(message.headers));
    return spanContext ? [{ context: spanContext, attributes: attributesOfOne(message) }] : [];
  });
}
