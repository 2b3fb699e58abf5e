/** What an operator wants to know of a broker at a moment. */
import type { CleanerStatus } from '../storage/index.ts';

/** One API's requests since the start. */
export interface ApiStatus {
  /** As Apache Kafka names it: `Produce`, `Fetch`, … */
  readonly api: string;
  readonly requests: number;
}

export interface BrokerStatus {
  /** APIs that were asked, each once. */
  readonly apis: readonly ApiStatus[];
  readonly connections: number;
  /** Bytes of requests that are held; bounded, whatever clients do. */
  readonly requestBytes: number;
  /** Bytes of answers that are being made or that clients leave unread; bounded, whatever clients do. */
  readonly answerBytes: number;
  readonly partitions: number;
  /** Bytes of all logs. */
  readonly logBytes: number;
  /** Bytes that were appended and are not durable yet. */
  readonly pendingBytes: number;
  /** Metrics of compaction: dirty ratios of the compacted logs, the progress of the one that is cleaned, totals. */
  readonly cleaner: CleanerStatus;
}
