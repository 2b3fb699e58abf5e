/** Totals of posts as their service tells them, live; what is not told yet is missing. */

export interface Totals {
  readonly likes: number;
  readonly comments: number;
}

const RETRY_MS = 2000;

export class LiveTotals {
  totals = $state.raw<ReadonlyMap<string, Totals>>(new Map());
  /** Whether the stream is open. */
  isLive = $state(false);

  /** Follows these posts until the returned function is called. */
  follow(postIds: readonly string[]): () => void {
    if (postIds.length === 0) return () => undefined;
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      source = new EventSource(`/api/services/social-feed/posts/totals/stream?postIds=${postIds.join(',')}`);
      source.addEventListener('open', () => (this.isLive = true));
      source.addEventListener('totals', ({ data }) => this.#take(String(data)));
      source.addEventListener('error', () => {
        this.#forget();
        // A browser tries again where it was cut, and gives up where it was refused.
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
      this.#forget();
    };
  }

  /** What is not told any more grows old: whatever else is known of the posts holds again. */
  #forget(): void {
    this.isLive = false;
    this.totals = new Map();
  }

  #take(data: string): void {
    const { postId, likes, comments } = JSON.parse(data) as Totals & { readonly postId: string };
    this.totals = new Map(this.totals).set(postId, { likes, comments });
  }
}
