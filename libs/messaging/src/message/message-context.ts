import { AsyncLocalStorage } from 'node:async_hooks';

/** What the work for one message passes on to the messages that it produces. */
export interface MessageContext {
  readonly traceparent: string | undefined;
  /** Vendors' part of the trace context; only with a traceparent. */
  readonly tracestate?: string | undefined;
}

const storage = new AsyncLocalStorage<MessageContext>();

export function runInContext<Result>(context: MessageContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** The context of the message that is being handled; undefined outside of a handler. */
export function currentContext(): MessageContext | undefined {
  return storage.getStore();
}
