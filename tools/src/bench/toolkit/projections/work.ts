/** What the programs of this folder take and print. */
export interface EventsWork {
  readonly databaseUrl: string;
  readonly events: number;
  /** That have these events, in turn. */
  readonly streams: number;
}

export interface SelectFigures {
  readonly seconds: number;
}

export interface RebuildFigures {
  readonly seconds: number;
  /** Of a query on the read model, one after another all the while. */
  readonly queryP99Ms: number;
}
