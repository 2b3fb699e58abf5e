/** A captured change on its way to the broker. */
export interface ChangeRecord {
  readonly key: string | null;
  /** Debezium's envelope as JSON; null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Port to the broker, which the service implements with its producer. */
export interface ChangePublisher {
  /**
   * Writes records of one topic and resolves when the broker has acknowledged all of them. Records of one key are written in the
   * given order. Once the promise has settled, none of the records is sent any more; after a rejection some may have been written,
   * and all of them come again. A capture never overlaps two calls for one topic.
   *
   * @throws RecordRejectedError when at least one record can never be published. Any other error is met by trying again, for ever.
   */
  publish(topic: string, records: readonly ChangeRecord[]): Promise<void>;
}
