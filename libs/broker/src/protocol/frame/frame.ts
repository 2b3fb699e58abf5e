/**
 * Requests and responses as they travel: a 4-byte size, a header, a body.
 *
 * The decoding functions take a frame without its size (the socket's reader has consumed it to know where the frame ends);
 * the encoding functions return pieces that start with the size. ApiVersions' responses always have the oldest header,
 * because a client reads them before it knows what the broker speaks (KIP-511).
 */
import { apisByKey } from '../apis.ts';
import { apiVersionsApi } from '../apis/18-api-versions.ts';
import { apiName } from '../api-key.ts';
import type { Chunks } from '../chunks.ts';
import type { AnyApi, RequestInput, ResponseInput, ResponseOf } from '../codec/define-api.ts';
import { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { UnsupportedVersionError } from '../protocol-error.ts';
import { readRequestHeader, skipHeaderTags, writeRequestHeader, type RequestHeader } from './request-header.ts';

/** A request as it came from a client. `body` is the `RequestOf` of `api`. */
export interface DecodedRequest {
  readonly header: RequestHeader;
  readonly api: AnyApi;
  readonly body: unknown;
}

/**
 * Decodes a request. Bytes behind the last field are ignored, as Kafka does.
 *
 * @param frame the bytes behind the size; record data in the body are views of it.
 * @throws UnsupportedVersionError with the header when the API or its version has no definition.
 * @throws ProtocolError when the bytes are not the request that the header announces.
 */
export function decodeRequest(frame: Chunks): DecodedRequest {
  const reader = new Reader(frame, 'request header');
  const header = readRequestHeader(reader);
  const api = apisByKey.get(header.apiKey);
  if (!api?.supports(header.apiVersion)) {
    throw new UnsupportedVersionError(`${apiName(header.apiKey)} v${header.apiVersion} is not served`, header);
  }
  if (api.isFlexible(header.apiVersion)) skipHeaderTags(reader);
  return { header, api, body: api.request.read(reader, header.apiVersion) };
}

/** The pieces of a response, its size first. Record data in the body are taken by reference. */
export function encodeResponse<A extends AnyApi>(
  api: A,
  version: number,
  correlationId: number,
  body: ResponseInput<A>,
): Buffer[] {
  const writer = new Writer();
  writer.writeInt32(0);
  writer.writeInt32(correlationId);
  if (hasFlexibleResponseHeader(api, version)) writer.writeUnsignedVarint(0);
  api.response.write(writer, version, body);
  return finishFrame(writer);
}

/** The pieces of a request, its size first. */
export function encodeRequest<A extends AnyApi>(
  api: A,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  body: RequestInput<A>,
): Buffer[] {
  const writer = new Writer();
  writer.writeInt32(0);
  writeRequestHeader(writer, { apiKey: api.key, apiVersion: version, ...header }, api.isFlexible(version));
  api.request.write(writer, version, body);
  return finishFrame(writer);
}

/**
 * Decodes the response to a request of this API and version.
 *
 * @throws ProtocolError when the bytes are not that response.
 */
export function decodeResponse<A extends AnyApi>(
  api: A,
  version: number,
  frame: Chunks,
): { readonly correlationId: number; readonly body: ResponseOf<A> } {
  const reader = new Reader(frame, 'response header');
  reader.field = 'correlationId';
  const correlationId = reader.readInt32();
  if (hasFlexibleResponseHeader(api, version)) skipHeaderTags(reader);
  return { correlationId, body: api.response.read(reader, version) as ResponseOf<A> };
}

function hasFlexibleResponseHeader(api: AnyApi, version: number): boolean {
  return api.key !== apiVersionsApi.key && api.isFlexible(version);
}

function finishFrame(writer: Writer): Buffer[] {
  const size = writer.length - 4;
  const pieces = writer.finish();
  pieces[0]!.writeInt32BE(size, 0);
  return pieces;
}
