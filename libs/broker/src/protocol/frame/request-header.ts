import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

/** What every request starts with. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** Given back in the response. */
  readonly correlationId: number;
  /** Null for clients that give none; at most 32,767 bytes. */
  readonly clientId: string | null;
}

/** The part that is alike in every version of the header. */
export function readRequestHeader(reader: Reader): RequestHeader {
  reader.field = 'requestApiKey';
  const apiKey = reader.readInt16();
  reader.field = 'requestApiVersion';
  const apiVersion = reader.readInt16();
  reader.field = 'correlationId';
  const correlationId = reader.readInt32();
  reader.field = 'clientId';
  const length = reader.readInt16();
  if (length < -1) reader.fail(`a string of ${length} bytes`);
  return { apiKey, apiVersion, correlationId, clientId: length === -1 ? null : reader.readString(length) };
}

/** Headers of flexible requests (version 2) end with tagged fields, of which none is defined. */
export function skipHeaderTags(reader: Reader): void {
  reader.field = 'taggedFields';
  const count = reader.readUnsignedVarint();
  for (let index = 0; index < count; index++) {
    reader.readUnsignedVarint();
    reader.skip(reader.readUnsignedVarint());
  }
}

export function writeRequestHeader(writer: Writer, header: RequestHeader, flexible: boolean): void {
  writer.writeInt16(header.apiKey);
  writer.writeInt16(header.apiVersion);
  writer.writeInt32(header.correlationId);
  // Never compact, so that a broker can read the header of an ApiVersions request that is newer than itself.
  if (header.clientId === null) writer.writeInt16(-1);
  else writer.writeString(header.clientId, false);
  if (flexible) writer.writeUnsignedVarint(0);
}
