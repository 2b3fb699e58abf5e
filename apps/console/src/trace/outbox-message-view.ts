/** A message of an outbox, as its service tells it. */
export interface OutboxMessageView {
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly type: string;
  /** When the transaction of the command wrote it. */
  readonly createdAt: string;
  /** When the broker had acknowledged it. */
  readonly publishedAt?: string;
  readonly attempts: number;
  readonly lastError?: string;
}
