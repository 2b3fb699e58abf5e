/** What our program takes, and what it and Kafka Streams' print. */
export interface StreamsWork {
  readonly work: 'count' | 'restore' | 'restart';
  readonly bootstrapServers: string;
  readonly topic: string;
  /** Where counts go; names the application. */
  readonly output: string;
  readonly records: number;
  readonly guarantee: 'at-least-once' | 'exactly-once';
}

export interface StreamsFigures {
  readonly perSecond: number;
  readonly peakMiB: number;
}

export interface RestartFigures {
  readonly readyMs: number;
}
