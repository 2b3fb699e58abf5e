import { type Aggregate } from './outbox-message.ts';

/** A message on its way to the broker. */
export interface OutboxRecord {
  readonly seq: bigint;
  /** The message id: the same in every attempt. */
  readonly id: string;
  readonly aggregate: Aggregate;
  readonly topic: string;
  readonly key: Buffer | null;
  readonly type: string;
  readonly schemaId: number | null;
  readonly payload: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** Port to the broker, which the service implements with its producer. */
export interface OutboxPublisher {
  /**
   * Writes records of one topic and resolves when the broker has acknowledged all of them. Records of one key are written
   * in the given order. Once the promise has settled, none of the records is sent any more; after a rejection some may
   * have been written, and all of them come again. A relay never overlaps two calls for one topic.
   *
   * @throws RecordRejectedError when at least one record can never be published, for example because it is too large.
   *   Any other error is met by trying again, for ever.
   */
  publish(topic: string, records: readonly OutboxRecord[]): Promise<void>;
}
