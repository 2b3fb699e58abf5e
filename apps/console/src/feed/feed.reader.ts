import { Inject, Injectable } from '@nestjs/common';
import { SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import type { FeedPost } from '../live/live-state.ts';
import { getJson } from '../services/http-json.ts';
import { ServiceAddresses } from '../services/service-addresses.ts';
import { plainExcerpt } from './plain-excerpt.ts';

/** How many posts the page shows. */
const SHOWN_POSTS = 20;

@Injectable()
export class FeedReader {
  private readonly addresses: ServiceAddresses;
  private readonly context: ServiceContext;

  constructor(addresses: ServiceAddresses, @Inject(SERVICE_CONTEXT) context: ServiceContext) {
    this.addresses = addresses;
    this.context = context;
  }

  /**
   * The first page of the feed; empty when the console was not told where social-feed is.
   * @throws Error when social-feed does not answer, or not as its contract says
   */
  async read(): Promise<FeedPost[]> {
    const base = this.addresses.of('social-feed');
    if (base === undefined) return [];
    const page = await getJson(`${base}/feed`, this.context.stopping);
    if (!isObject(page) || !Array.isArray(page['items'])) throw new Error('answered something that is no feed');
    return page['items'].filter(isObject).slice(0, SHOWN_POSTS).map(feedPost);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function feedPost(item: JsonObject): FeedPost {
  const kind = item['kind'];
  return {
    postId: text(item, 'postId') ?? '',
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
