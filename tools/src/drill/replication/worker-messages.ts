/** What a worker is told when it is started, and what it tells. */
export interface WorkerSetup {
  readonly kind: 'capture' | 'table' | 'wal';
  readonly url: string;
  readonly bootstrapServers: string;
  readonly leaseMs: number;
  /** A capture reads everything anew after a lost slot. */
  readonly anew?: boolean;
}

export type FromWorker =
  /** Publishes, or waits for its turn to. */
  | { readonly kind: 'streaming' | 'standby' | 'fenced' | 'takeover' }
  | { readonly kind: 'published'; readonly count: number }
  /** Stopped for good. */
  | { readonly kind: 'stopped'; readonly code: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };
