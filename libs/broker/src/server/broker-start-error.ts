/** Why a broker cannot start. */
export type BrokerStartErrorCode =
  /** Another process listens on the port. */
  | 'PORT_IN_USE'
  /** The address cannot be listened on: unknown host, privileged port, port out of range. */
  | 'ADDRESS_UNAVAILABLE'
  /** Another broker holds the data folder. */
  | 'DATA_DIR_LOCKED'
  /** The data folder cannot be written or read. */
  | 'DATA_DIR_UNUSABLE'
  /** The disk of the data folder is full. */
  | 'DISK_FULL'
  /** A configuration name or value is not known. */
  | 'INVALID_CONFIG';

/** An expected failure of a start; the message is one line that says what was wrong, where, and what to do. */
export class BrokerStartError extends Error {
  override readonly name = 'BrokerStartError';
  readonly code: BrokerStartErrorCode;

  constructor(code: BrokerStartErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
