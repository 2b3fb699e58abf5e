/**
 * A recorded trace as the commands that it becomes. A trace is read whole: the recorded sets are small, and the order of
 * the events that depend on each other is known only then.
 */

/** One request to a service: a command, or several of one kind in one body. */
export interface TraceEvent {
  /** What it is, in the plural and as people say it: `posts`, `likes`. Events are counted by it. */
  readonly kind: string;
  /** Events of one chain are sent one after another, each acknowledged before the next: those of a post, of an account. */
  readonly chain: string;
  /** Without it the rest of its chain, and what waits for the chain, makes no sense: a post, for its likes and answers. */
  readonly begins: boolean;
  /** A chain whose beginning must be acknowledged first: that of an answer's question. */
  readonly after?: string;
  /** Milliseconds since the epoch: when it happened, by the recording. */
  readonly occurredAtMs: number;
  /** Name of the service that takes it, with the request's method, path and body. */
  readonly service: string;
  readonly method: 'POST' | 'PUT' | 'GET' | 'DELETE';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Sent instead of the body: what a broken client sends. */
  readonly rawBody?: string;
  /** The same at each replay, so that a second one changes nothing. */
  readonly idempotencyKey: string;
  /** How many things of its kind the body carries. */
  readonly count: number;
  /** Where a batch is answered item by item: those that were refused. */
  readonly refusedItems?: (answer: unknown) => readonly RefusedItem[];
  /** A conflict (409) is an answer as good as any: others were first. */
  readonly mayConflict?: boolean;
  /**
   * Told of the answer once there is one, for a load whose next steps depend on it; of `undefined` where others were first
   * or nothing was answered.
   */
  readonly onAnswer?: ((answer: unknown) => void) | undefined;
  /** File and line that it was read from, for messages. */
  readonly origin: string;
}

/** An item of a batch that was refused, as a request of its own would have been. */
export interface RefusedItem {
  readonly status: number;
  readonly reason: string;
}

/** A recording, ready to be replayed. */
export interface Trace {
  readonly name: string;
  /** In order of time; the beginning of a chain before the rest, a chain before those that wait for it. */
  readonly events: readonly TraceEvent[];
  /** What the files hold and the trace does not, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** How many things of each kind a trace carries. */
export function countKinds(trace: Trace): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, count } of trace.events) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}
