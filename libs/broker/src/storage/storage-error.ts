/** Why a log folder cannot be opened. */
export type StorageErrorCode =
  /** Another process holds the folder. */
  | 'DIRECTORY_LOCKED'
  /** The folder cannot be created, read or written. */
  | 'DIRECTORY_UNUSABLE'
  /** The disk of the folder is full. */
  | 'DISK_FULL'
  /** The folder belongs to another cluster or node, or a file in it has a format that this version cannot read. */
  | 'DIRECTORY_FOREIGN';

/** An expected failure of `openLogStorage`; the message is one line that says what was wrong, where, and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
