import { type Check, type Facts } from '../../verify/check.ts';
import { type Trace } from '../../replay/trace.ts';
import { type RecordingKind } from '../recording.ts';
import { FILES, readStackExchange } from './read-stack-exchange.ts';

/** MySocialMedia's recording: the feed's totals of every post must be those of the files. */
export const stackExchange: RecordingKind = {
  title: 'Stack Exchange',
  files: FILES,
  read: async (folder) => {
    const trace = await readStackExchange(folder);
    return { trace, checks: [totalsOfPosts(trace)] };
  },
};

function totalsOfPosts(trace: Trace): Check {
  return {
    title: 'totals of every post',
    things: 'posts',
    service: 'social-feed',
    concurrency: 16,
    expected: expectedTotals(trace),
    read: async (postId, get) => {
      const answer = await get(`/posts/${encodeURIComponent(postId)}/totals`);
      const { likes, comments } = (answer ?? {}) as Partial<Record<string, unknown>>;
      return typeof likes === 'number' && typeof comments === 'number' ? { likes, comments } : undefined;
    },
  };
}

/** Likes and comments of each post: every like and comment of the trace is one. */
export function expectedTotals(trace: Trace): Map<string, Facts> {
  const totals = new Map<string, { likes: number; comments: number }>();
  for (const event of trace.events) {
    const post = totals.get(event.chain) ?? { likes: 0, comments: 0 };
    if (event.kind === 'likes') post.likes += 1;
    if (event.kind === 'comments') post.comments += 1;
    totals.set(event.chain, post);
  }
  return totals;
}
