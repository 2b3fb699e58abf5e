import { context, propagation, type Context, type TextMapGetter, type TextMapSetter } from '@opentelemetry/api';
import { currentContext, headerNames, type MessageHeaders } from '../message/index.ts';
import { isTracing } from './tracing.ts';

type HeadersToWrite = Record<string, string | Buffer | readonly (string | Buffer)[]>;

const setter: TextMapSetter<HeadersToWrite> = {
  set: (headers, name, value) => {
    headers[name] = value;
  },
};

const writtenGetter: TextMapGetter<HeadersToWrite> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => {
    const value = headers[name];
    const last = Array.isArray(value) ? (value as readonly (string | Buffer)[]).at(-1) : (value as string | Buffer);
    return last?.toString();
  },
};

const readGetter: TextMapGetter<MessageHeaders> = {
  keys: (headers) => Object.keys(headers.raw),
  get: (headers, name) => headers.text(name),
};

/** Writes the trace that is going on into headers: the SDK's, or that of the message that is handled. */
export function injectTrace(headers: HeadersToWrite, from: Context = context.active()): void {
  if (isTracing()) {
    propagation.inject(from, headers, setter);
    return;
  }
  const { traceparent, tracestate } = currentContext() ?? {};
  if (traceparent !== undefined) headers[headerNames.traceparent] = traceparent;
  if (traceparent !== undefined && tracestate !== undefined) headers[headerNames.tracestate] = tracestate;
}

/** The context that headers to be written carry; the active one where they carry none. */
export function contextOfWritten(headers: HeadersToWrite): Context {
  return propagation.extract(context.active(), headers, writtenGetter);
}

/** The context that a message carries. */
export function contextOf(headers: MessageHeaders): Context {
  return propagation.extract(context.active(), headers, readGetter);
}
