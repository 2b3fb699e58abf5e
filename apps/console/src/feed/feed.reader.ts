import { Inject, Injectable } from '@nestjs/common';
import { SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import type { FeedPost } from '../live/live-state.ts';
import { getJson } from '../services/http-json.ts';
import { ServiceAddresses } from '../services/service-addresses.ts';
import { feedPostsIn } from './feed-post.ts';

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
    return feedPostsIn(await getJson(`${base}/feed`, this.context.stopping)).slice(0, SHOWN_POSTS);
  }
}
