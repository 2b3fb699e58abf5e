import { topics } from '@headwater/contracts';
import type { FlowState } from './live-state.ts';

/** The way of MySocialMedia's events, by the contracts. */
export const socialFlow: FlowState = {
  writer: topics.posts.owner,
  inputs: [topics.posts, topics.likes, topics.comments].map(({ name }) => ({ topic: name, label: name })),
  reader: topics.postsWithCounts.owner,
  output: { topic: topics.postsWithCounts.name, label: topics.postsWithCounts.name.replaceAll('_', ' ') },
};
