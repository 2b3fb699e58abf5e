/** What the programs of this folder take and print. */
export interface ConsumeWork {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly databaseUrl: string;
  readonly topic: string;
  /** All that the topic holds. */
  readonly events: number;
  /** What the handler waits for before its INSERT. */
  readonly handlerMs: number;
}

export interface StockWork extends ConsumeWork {
  /** `partitionsConsumedConcurrently` of its client. */
  readonly partitionsAtOnce: number;
}

export interface OwnWork extends ConsumeWork {
  readonly delivery: 'at-least-once' | 'exactly-once-effect';
  /** The handler takes what waits at a time, and writes it by one statement. */
  readonly batched: boolean;
}

export interface ConsumeFigures {
  /** From the first call of the handler until every effect is in the table. */
  readonly perSecond: number;
}
