/** Where a page of posts begins: behind a post, so that what is published meanwhile moves nothing. */
import { CursorCodec } from '@headwater/service-kit';
import type { FeedPostResponse } from './feed.responses.ts';

const cursors = new CursorCodec({ publishedAtMs: 'number', postId: 'string' });

/** As parameters of a query: milliseconds since the epoch, and the post. */
export type FeedPosition = readonly [publishedAtMs: number, postId: string];

/** @throws Problem 400 for a cursor that is none. */
export function feedPositionOf(cursor: string | undefined): FeedPosition | undefined {
  if (cursor === undefined) return undefined;
  const { publishedAtMs, postId } = cursors.decode(cursor);
  return [publishedAtMs, postId];
}

export const feedCursorOf = ({ publishedAt, postId }: FeedPostResponse): string =>
  cursors.encode({ publishedAtMs: Date.parse(publishedAt), postId });
