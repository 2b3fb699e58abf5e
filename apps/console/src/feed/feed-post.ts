/** What social-feed answers of a post, as the page shows it. Used by the console's service and by its page. */
import type { FeedPost } from '../live/live-state.ts';
import { plainExcerpt } from './plain-excerpt.ts';

/** The posts of a page of a feed. @throws Error for what is no feed */
export function feedPostsIn(page: unknown): FeedPost[] {
  if (!isObject(page) || !Array.isArray(page['items'])) throw new Error('answered something that is no feed');
  return page['items'].filter(isObject).map(feedPost);
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function feedPost(item: JsonObject): FeedPost {
  const kind = item['kind'];
  return {
    postId: text(item, 'postId') ?? '',
    userId: text(item, 'userId') ?? '',
    authorName: text(item, 'authorName') ?? text(item, 'userId') ?? 'somebody',
    title: text(item, 'title') ?? null,
    excerpt: plainExcerpt(text(item, 'text') ?? ''),
    kind: kind === 'question' || kind === 'answer' ? kind : 'plain',
    sourceUrl: webAddress(text(item, 'sourceUrl')),
    likes: count(item, 'likes'),
    comments: count(item, 'comments'),
    publishedAt: text(item, 'publishedAt') ?? text(item, 'createdAt') ?? text(item, 'occurredAt') ?? '',
  };
}

function text(item: JsonObject, name: string): string | undefined {
  const value = item[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(item: JsonObject, name: string): number {
  const value = item[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** Only addresses that a browser opens as a page: a post must not smuggle a script into a link. */
function webAddress(value: string | undefined): string | null {
  if (value === undefined || !URL.canParse(value)) return null;
  return ['http:', 'https:'].includes(new URL(value).protocol) ? value : null;
}
