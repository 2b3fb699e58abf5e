import type { AnyApi, RequestOf, ResponseInput } from '../../protocol/index.ts';
import type { CLOSE_CONNECTION } from '../network/index.ts';
import type { RequestContext } from '../request-context.ts';

/** What a handler gives: the answer, `null` for none, or the wish to close the connection. */
export type Handled<A extends AnyApi> = ResponseInput<A> | null | typeof CLOSE_CONNECTION;

/** Answers the requests of one API. Expected failures are error codes of the answer; what it throws is a defect. */
export interface Handler {
  readonly api: AnyApi;
  handle(request: unknown, context: RequestContext): unknown;
}

/** Ties a handler to its API, whose literal gives the types of request and answer. */
export function defineHandler<A extends AnyApi>(
  api: A,
  handle: (request: RequestOf<A>, context: RequestContext) => Handled<A> | Promise<Handled<A>>,
): Handler {
  // The dispatcher gives a handler only what the codec of its own API decoded.
  return { api, handle: (request, context) => handle(request as RequestOf<A>, context) };
}
