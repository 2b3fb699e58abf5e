/** Requests of MySocialMedia's API for synthetic load. */
import { type RefusedItem, type TraceEvent } from '../replay/trace.ts';

/** Somebody likes a post. */
export interface Like {
  readonly postId: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly occurredAtMs: number;
}

type Identity = Pick<TraceEvent, 'idempotencyKey' | 'origin' | 'occurredAtMs'>;

export function postRequest(
  post: { readonly postId: string; readonly userId: string; readonly text: string },
  identity: Identity,
): TraceEvent {
  return {
    ...identity,
    kind: 'posts',
    chain: post.postId,
    begins: true,
    service: 'social-posts',
    method: 'POST',
    path: '/posts',
    body: post,
    count: 1,
  };
}

/** Likes of one batch, each answered for itself. */
export function likesRequest(likes: readonly Like[], identity: Identity): TraceEvent {
  return {
    ...identity,
    kind: 'likes',
    chain: identity.idempotencyKey,
    begins: false,
    service: 'social-posts',
    method: 'POST',
    path: '/likes',
    body: {
      likes: likes.map(({ occurredAtMs, ...like }) => ({ ...like, occurredAt: new Date(occurredAtMs).toISOString() })),
    },
    count: likes.length,
    refusedItems: refusedLikes,
  };
}

function refusedLikes(answer: unknown): readonly RefusedItem[] {
  const { results } = answer as {
    readonly results: readonly { readonly status: string; readonly problem?: { status: number; detail: string } }[];
  };
  return results.flatMap(({ status, problem }) => {
    if (status !== 'refused') return [];
    return [{ status: problem?.status ?? 0, reason: problem?.detail ?? 'refused without a reason' }];
  });
}
