import { BrokerConfigError } from '../metadata/index.ts';
import { StorageError, type StorageErrorCode } from '../storage/index.ts';

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

/** What the start was asked for, to say it in the message. */
interface StartAttempt {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
}

/** Puts what a room or the system threw into one line for the operator; a defect is given back as it is. */
export function startError(error: unknown, attempt: StartAttempt): unknown {
  if (error instanceof BrokerConfigError) return new BrokerStartError('INVALID_CONFIG', error.message, error);
  if (error instanceof StorageError) return new BrokerStartError(STORAGE_CODES[error.code], error.message, error);
  const { code, message } = error as NodeJS.ErrnoException;
  const { host, port, dataDir } = attempt;
  if (code === 'EADDRINUSE')
    return new BrokerStartError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is taken by another process; stop it, or choose another port with --port (0 takes a free one).`,
      error,
    );
  if (code !== undefined && ADDRESS_CODES.has(code))
    return new BrokerStartError('ADDRESS_UNAVAILABLE', `Cannot listen on ${host}:${port}: ${message}.`, error);
  if (isDiskFull(error))
    return new BrokerStartError('DISK_FULL', `The disk of ${dataDir} is full; free some space and start again.`, error);
  return error;
}

/** Whether the disk of the data folder is what an error comes from, by its code or that of one of its causes. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as Error).cause)
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') return true;
  return false;
}

const ADDRESS_CODES: ReadonlySet<string> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EINVAL',
  'ENOTFOUND',
  'ERR_SOCKET_BAD_PORT',
]);

const STORAGE_CODES: Readonly<Record<StorageErrorCode, BrokerStartErrorCode>> = {
  DIRECTORY_LOCKED: 'DATA_DIR_LOCKED',
  DIRECTORY_UNUSABLE: 'DATA_DIR_UNUSABLE',
  DIRECTORY_FOREIGN: 'DATA_DIR_UNUSABLE',
  DISK_FULL: 'DISK_FULL',
};
