import { type Decider } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';
import { type PostContent, type PostEvent } from './post.events.ts';

export type PostState =
  | { readonly status: 'unknown' }
  | { readonly status: 'published'; readonly userId: string }
  | { readonly status: 'deleted'; readonly userId: string };

/** `occurredAt` is ISO 8601, UTC. */
export type PostCommand =
  | { readonly type: 'publish'; readonly postId: string; readonly content: PostContent; readonly occurredAt: string }
  | { readonly type: 'delete'; readonly postId: string; readonly occurredAt: string };

/** The stream of a post. */
export const postStream = (postId: string): string => `post-${postId}`;

export const postDecider: Decider<PostState, PostCommand, PostEvent> = {
  initialState: () => ({ status: 'unknown' }),

  decide(command, state) {
    switch (command.type) {
      case 'publish': {
        if (state.status !== 'unknown') throw postExists(command.postId);
        const { postId, content, occurredAt } = command;
        return [{ type: 'PostPublished', data: { postId, ...content, occurredAt } }];
      }
      case 'delete': {
        if (state.status === 'unknown') throw postUnknown(command.postId);
        // Deleting twice is what a client does that got no answer.
        if (state.status === 'deleted') return [];
        const { postId, occurredAt } = command;
        return [{ type: 'PostDeleted', data: { postId, userId: state.userId, occurredAt } }];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'PostPublished':
        return { status: 'published', userId: event.data.userId };
      case 'PostDeleted':
        return { status: 'deleted', userId: event.data.userId };
    }
  },
};

export function postExists(postId: string): Problem {
  return Problem.conflict('post-exists', `There is a post ${postId} already. Choose another postId, or leave it out.`);
}

export function postUnknown(postId: string): Problem {
  return Problem.notFound('post-unknown', `There is no post ${postId}.`);
}

export function postDeleted(postId: string): Problem {
  return Problem.conflict('post-deleted', `Post ${postId} was deleted.`);
}
