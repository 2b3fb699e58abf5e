import { Agent, request } from 'undici';
import { type PostTotals } from '../replay/trace.ts';
import { type ReadTotals } from './verify-totals.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/** Reads totals from social-feed; an answer that is no total (404, 5xx, no connection) is `undefined` for now. */
export function feedReader(feedUrl: string): { readonly readTotals: ReadTotals; close(): Promise<void> } {
  const agent = new Agent({ headersTimeout: REQUEST_TIMEOUT_MS, bodyTimeout: REQUEST_TIMEOUT_MS });
  const readTotals = async (postId: string): Promise<PostTotals | undefined> => {
    try {
      const url = `${feedUrl}/posts/${encodeURIComponent(postId)}/totals`;
      const { statusCode, body } = await request(url, { dispatcher: agent });
      if (statusCode === 200) return totalsOf(await body.json());
      await body.dump();
      return undefined;
    } catch {
      return undefined;
    }
  };
  return { readTotals, close: () => agent.close() };
}

function totalsOf(answer: unknown): PostTotals | undefined {
  const { likes, comments } = answer as Partial<PostTotals>;
  return typeof likes === 'number' && typeof comments === 'number' ? { likes, comments } : undefined;
}
