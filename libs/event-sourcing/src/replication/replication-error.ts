/** What went wrong, in a word that stays the same. */
export type ReplicationErrorCode =
  /** The slot is gone, or PostgreSQL removed the log that it needs. What was not read is not in the log any more. */
  | 'REPLICATION_SLOT_LOST'
  /** The slot belongs to another database or output plugin. */
  | 'REPLICATION_SLOT_MISMATCH'
  /** Another process reads from the slot; this one waits for it. */
  | 'REPLICATION_SLOT_IN_USE'
  /** The server's `wal_level` is not `logical`, or it has no slot or sender left. */
  | 'REPLICATION_NOT_ENABLED'
  /** The role may not replicate, or may not make the publication. */
  | 'REPLICATION_NOT_PERMITTED'
  /** The publication is there but leaves tables or operations out. */
  | 'PUBLICATION_MISMATCH'
  /** A table that is to be read does not exist. */
  | 'TABLE_MISSING'
  /** Updates and deletes of a table do not carry the columns that are needed. */
  | 'REPLICA_IDENTITY_INSUFFICIENT'
  /** A captured table has no column of the key's name. */
  | 'KEY_COLUMN_MISSING'
  /** The connection ended. */
  | 'REPLICATION_DISCONNECTED'
  /** The slot, or the right to publish, went to another process. */
  | 'REPLICATION_FENCED'
  /** The server sent what this version does not know. */
  | 'REPLICATION_PROTOCOL'
  /** The broker will never take a record. */
  | 'RECORD_REFUSED';

const RETRIABLE: ReadonlySet<ReplicationErrorCode> = new Set([
  'REPLICATION_SLOT_IN_USE',
  'REPLICATION_DISCONNECTED',
  'REPLICATION_FENCED',
]);

/** A failure of reading the write-ahead log. One that is not retriable stops the reader: a person has to act. */
export class ReplicationError extends Error {
  override readonly name = 'ReplicationError';
  readonly code: ReplicationErrorCode;
  readonly retriable: boolean;

  constructor(code: ReplicationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retriable = RETRIABLE.has(code);
  }
}
