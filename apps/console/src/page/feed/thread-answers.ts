/** What social-feed answers about a thread, as far as the page shows it. */

export interface CommentItem {
  readonly commentId: string;
  /** Null for one that was deleted, as its text is. */
  readonly userId: string | null;
  readonly authorName: string | null;
  readonly text: string | null;
  /** ISO 8601. */
  readonly addedAt: string;
  readonly editedAt: string | null;
  readonly deleted: boolean;
  /** Replies to it. */
  readonly replies: number;
}

export interface Thread {
  /** Oldest first. */
  readonly items: readonly CommentItem[];
  readonly nextCursor: string | null;
}
