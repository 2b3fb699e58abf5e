import { type Decider } from '@headwater/event-sourcing';
import { Problem } from '@headwater/service-kit';
import { type PostContent, type PostEvent, type PostWords } from './post.events.ts';

export type PostState =
  | { readonly status: 'unknown' }
  | ({ readonly status: 'published'; readonly userId: string } & PostWords)
  | { readonly status: 'deleted'; readonly userId: string };

/** `occurredAt` is ISO 8601, UTC. */
export type PostCommand =
  | { readonly type: 'publish'; readonly postId: string; readonly content: PostContent; readonly occurredAt: string }
  | { readonly type: 'edit'; readonly postId: string; readonly words: Partial<PostWords>; readonly occurredAt: string }
  | { readonly type: 'delete'; readonly postId: string; readonly occurredAt: string };

/** The stream of a post. */
export const postStream = (postId: string): string => `post-${postId}`;

export const postDecider: Decider<PostState, PostCommand, PostEvent> = {
  initialState: () => ({ status: 'unknown' }),

  decide(command, state) {
    const { postId, occurredAt } = command;
    if (command.type === 'publish') {
      if (state.status !== 'unknown') throw postExists(postId);
      return [{ type: 'PostPublished', data: { postId, ...command.content, occurredAt } }];
    }
    if (state.status === 'unknown') throw postUnknown(postId);
    const { userId } = state;
    if (command.type === 'edit') {
      if (state.status === 'deleted') throw postDeleted(postId);
      const { title = state.title, text = state.text } = command.words;
      // Stating again what it says is what a client does that got no answer.
      if (title === state.title && text === state.text) return [];
      return [{ type: 'PostEdited', data: { postId, userId, title, text, occurredAt } }];
    }
    // So is deleting twice.
    if (state.status === 'deleted') return [];
    return [{ type: 'PostDeleted', data: { postId, userId, occurredAt } }];
  },

  evolve(_state, { type, data }) {
    const { userId } = data;
    switch (type) {
      case 'PostPublished':
      case 'PostEdited':
        return { status: 'published', userId, title: data.title, text: data.text };
      case 'PostDeleted':
        return { status: 'deleted', userId };
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
