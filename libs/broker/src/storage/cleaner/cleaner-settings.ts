/** Settings of the cleaner; asked for anew each time, so that they may change while it runs. */
export interface CleanerSettings {
  /** `log.cleaner.enable`; looked at once, at the start. */
  readonly enabled: boolean;
  /** `log.cleaner.backoff.ms`: pause when nothing is dirty enough. */
  readonly backoffMs: number;
  /** `log.cleaner.dedupe.buffer.size`: the most that the map of one cleaning takes, 20 bytes for a key in a table that is 0.7 full. */
  readonly mapBytes: number;
  /** `log.cleaner.io.max.bytes.per.second`, of reads and writes together; may be infinite. */
  readonly bytesPerSecond: number;
}

/** Kafka's defaults. */
export const defaultCleanerSettings: CleanerSettings = {
  enabled: true,
  backoffMs: 15_000,
  mapBytes: 128 * 1024 * 1024,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};
