/**
 * A recorded trace as the commands that it becomes. A trace is read whole: the recorded sets are small, and the order of
 * a post's events is known only then.
 */

/** What a command does to its post. */
export type TraceKind = 'post' | 'like' | 'comment';

/** One command, as the API of social-posts takes it. */
export interface TraceEvent {
  readonly kind: TraceKind;
  readonly postId: string;
  /** Milliseconds since the epoch: when it happened, by the recording. */
  readonly occurredAtMs: number;
  /** A post that must be acknowledged first: an answer's question. */
  readonly afterPostId?: string;
  readonly method: 'POST' | 'PUT';
  /** Path and body of the request. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The same at each replay, so that a second one changes nothing. */
  readonly idempotencyKey: string;
  /** File and line that it was read from, for messages. */
  readonly origin: string;
}

/** Likes and comments of a post. */
export interface PostTotals {
  readonly likes: number;
  readonly comments: number;
}

/** A recording, ready to be replayed. */
export interface Trace {
  readonly name: string;
  /** In order of time; a post before its likes and comments, a question before its answers. */
  readonly events: readonly TraceEvent[];
}

/** Counts likes and comments for each post of a trace: what the feed must say after a replay. */
export function expectedTotals(trace: Trace): Map<string, PostTotals> {
  const totals = new Map<string, { likes: number; comments: number }>();
  for (const event of trace.events) {
    const post = totals.get(event.postId) ?? { likes: 0, comments: 0 };
    if (event.kind === 'like') post.likes += 1;
    if (event.kind === 'comment') post.comments += 1;
    totals.set(event.postId, post);
  }
  return totals;
}
