/** What movieflix-resume and movieflix-recommendation answer, as far as the page shows it. */

export interface ResumeItem {
  readonly showId: string;
  /** Null while the catalogue does not know the show. */
  readonly title: string | null;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly deviceId: string;
  readonly occurredAt: string;
}

export interface ResumeList {
  readonly items: readonly ResumeItem[];
  readonly nextCursor: string | null;
}

export interface Recommendations {
  /** Nothing is known of the user: what is popular now. */
  readonly cold: boolean;
  readonly items: readonly {
    readonly showId: string;
    readonly title: string;
    readonly genres: readonly string[];
    readonly score: number;
    readonly reason: { readonly kind: string; readonly text: string };
  }[];
}

export interface Profile {
  readonly begun: number;
  readonly finished: number;
  readonly lastWatchedAt: string | null;
  readonly genres: readonly { readonly genre: string; readonly share: number }[];
}
