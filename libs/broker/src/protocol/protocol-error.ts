import type { RequestHeader } from './frame/request-header.ts';

/** Where the bytes of a message stopped making sense. */
export interface ProtocolErrorPlace {
  /** The message, for example `Fetch v12 request`. */
  readonly message: string;
  /** Path of the field, for example `topics.partitions.fetchOffset`. */
  readonly field: string;
  /** Byte of the frame at which the field was read, from 0. */
  readonly offset: number;
}

/**
 * Bytes that are not a message of the protocol. The connection that they came from has lost its framing and is closed; a
 * retry of the same bytes cannot help.
 */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
  readonly code: string = 'MALFORMED_MESSAGE';
  readonly retriable = false;
  readonly place: ProtocolErrorPlace;

  constructor(reason: string, place: ProtocolErrorPlace) {
    super(`${place.message}: ${place.field} at byte ${place.offset}: ${reason}`);
    this.place = place;
  }
}

/**
 * A well-formed request header that names an API or a version without a definition here. Kafka answers ApiVersions with its
 * range in a version 0 body and closes the connection for any other.
 */
export class UnsupportedVersionError extends ProtocolError {
  override readonly name = 'UnsupportedVersionError';
  override readonly code = 'UNSUPPORTED_VERSION';
  readonly header: RequestHeader;

  constructor(reason: string, header: RequestHeader) {
    super(reason, { message: 'request header', field: 'requestApiVersion', offset: 0 });
    this.header = header;
  }
}
