import { type Decider, type DomainEvent } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';

/** A comment as it was written. */
export interface CommentContent {
  readonly postId: string;
  readonly userId: string;
  readonly authorName: string | null;
  readonly text: string;
}

export type CommentEvent = DomainEvent<
  'CommentAdded',
  CommentContent & { readonly commentId: string; readonly occurredAt: string }
>;

export interface CommentState {
  readonly status: 'unknown' | 'added';
}

export interface AddComment {
  readonly commentId: string;
  readonly content: CommentContent;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
}

/** The stream of a comment. A comment is its own aggregate, so that a post that many comment on is no bottleneck. */
export const commentStream = (commentId: string): string => `comment-${commentId}`;

export const commentDecider: Decider<CommentState, AddComment, CommentEvent> = {
  initialState: () => ({ status: 'unknown' }),

  decide({ commentId, content, occurredAt }, state) {
    if (state.status === 'added')
      throw Problem.conflict(
        'comment-exists',
        `There is a comment ${commentId} already. Choose another commentId, or leave it out.`,
      );
    return [{ type: 'CommentAdded', data: { commentId, ...content, occurredAt } }];
  },

  evolve: () => ({ status: 'added' }),
};
