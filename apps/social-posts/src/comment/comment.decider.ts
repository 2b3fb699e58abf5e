import { type Decider, type DomainEvent } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';

/** A comment as it was written. */
export interface CommentContent {
  readonly postId: string;
  readonly userId: string;
  readonly authorName: string | null;
  readonly text: string;
}

interface Happened {
  readonly commentId: string;
  readonly postId: string;
  readonly userId: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
}

/** `parentCommentId` and `depth` are absent where a comment was added before there were replies. */
export type CommentAddedEvent = DomainEvent<
  'CommentAdded',
  CommentContent & Happened & { readonly parentCommentId?: string | null; readonly depth?: number }
>;
export type CommentEditedEvent = DomainEvent<'CommentEdited', Happened & { readonly text: string }>;
export type CommentDeletedEvent = DomainEvent<'CommentDeleted', Happened>;
export type CommentEvent = CommentAddedEvent | CommentEditedEvent | CommentDeletedEvent;

/** A comment that there is or was. */
export interface KnownComment {
  readonly status: 'added' | 'deleted';
  readonly postId: string;
  readonly userId: string;
  readonly text: string;
  /** How many comments it is below; 0 on the post itself. */
  readonly depth: number;
}

export type CommentState = { readonly status: 'unknown' } | KnownComment;

/** The comment that is replied to, as it is now. */
export interface ParentComment {
  readonly commentId: string;
  readonly state: CommentState;
}

export type CommentCommand = { readonly commentId: string; readonly postId: string; readonly occurredAt: string } & (
  | {
      readonly type: 'add';
      readonly content: Omit<CommentContent, 'postId'>;
      /** Undefined for a comment on the post itself. */
      readonly parent: ParentComment | undefined;
    }
  | { readonly type: 'edit'; readonly text: string }
  | { readonly type: 'delete' }
);

/** Replies nest so deep below a comment on the post, and no deeper: a page can show that many levels. */
export const deepestReply = 4;

/** The stream of a comment. A comment is its own aggregate, so that a post that many comment on is no bottleneck. */
export const commentStream = (commentId: string): string => `comment-${commentId}`;

export const commentDecider: Decider<CommentState, CommentCommand, CommentEvent> = {
  initialState: () => ({ status: 'unknown' }),

  decide(command, state) {
    const { commentId, postId, occurredAt } = command;
    if (command.type === 'add') {
      if (state.status !== 'unknown') throw commentExists(commentId);
      const { content, parent } = command;
      const depth = parent ? depthBelow(parent, postId) : 0;
      const parentCommentId = parent?.commentId ?? null;
      return [{ type: 'CommentAdded', data: { commentId, postId, ...content, parentCommentId, depth, occurredAt } }];
    }
    if (state.status === 'unknown' || state.postId !== postId) throw commentUnknown(commentId);
    const { userId } = state;
    if (command.type === 'edit') {
      const { text } = command;
      if (state.status === 'deleted') throw commentDeleted(commentId);
      return text === state.text
        ? []
        : [{ type: 'CommentEdited', data: { commentId, postId, userId, text, occurredAt } }];
    }
    return state.status === 'deleted'
      ? []
      : [{ type: 'CommentDeleted', data: { commentId, postId, userId, occurredAt } }];
  },

  evolve(state, event) {
    if (event.type === 'CommentAdded') {
      const { postId, userId, text, depth = 0 } = event.data;
      return { status: 'added', postId, userId, text, depth };
    }
    if (state.status === 'unknown') throw new Error(`a comment's first event is CommentAdded, not ${event.type}`);
    return event.type === 'CommentEdited' ? { ...state, text: event.data.text } : { ...state, status: 'deleted' };
  },
};

/** @throws Problem 404, 409, 422 when nothing may be said there. */
function depthBelow({ commentId, state }: ParentComment, postId: string): number {
  if (state.status === 'unknown' || state.postId !== postId) throw commentUnknown(commentId);
  if (state.status === 'deleted') throw commentDeleted(commentId);
  if (state.depth < deepestReply) return state.depth + 1;
  throw Problem.unprocessable(
    'thread-too-deep',
    `Comment ${commentId} lies ${deepestReply} replies deep, and none lies deeper. Reply to the comment above it.`,
  );
}

function commentExists(commentId: string): Problem {
  return Problem.conflict(
    'comment-exists',
    `There is a comment ${commentId} already. Choose another commentId, or leave it out.`,
  );
}

export function commentUnknown(commentId: string): Problem {
  return Problem.notFound('comment-unknown', `There is no comment ${commentId} on this post.`);
}

function commentDeleted(commentId: string): Problem {
  return Problem.conflict('comment-deleted', `Comment ${commentId} was deleted.`);
}
