/** What the programs of this folder take and print. */
export type StoreName = 'ours' | 'emmett';

export interface AppendWork {
  readonly store: StoreName;
  readonly databaseUrl: string;
  readonly writers: number;
  readonly eventsPerAppend: number;
  /** How long it is measured, after a second to warm up. */
  readonly seconds: number;
  /** Messages that enter the outbox with each append; ours alone. */
  readonly messagesPerAppend: number;
}

export interface AppendFigures {
  readonly eventsPerSecond: number;
  /** Of one append, from its call to its answer. */
  readonly p99Ms: number;
}

export interface ReadWork {
  readonly store: StoreName;
  readonly databaseUrl: string;
  /** Of the stream. */
  readonly events: number;
  readonly reads: number;
}

export interface ReadFigures {
  readonly medianMs: number;
}
