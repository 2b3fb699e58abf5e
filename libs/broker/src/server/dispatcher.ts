/**
 * From frames to handlers and back: decodes a request, checks that its version is served, calls its handler and encodes the
 * answer.
 */
import {
  ApiKey,
  apiVersionsApi,
  encodeResponse,
  ErrorCode,
  decodeRequest,
  ProtocolError,
  UnsupportedVersionError,
  type DecodedRequest,
  type RequestHeader,
} from '../protocol/index.ts';
import type { ApiStatus } from './broker-status.ts';
import type { Handler } from './handlers/index.ts';
import { CLOSE_CONNECTION, type Answer, type Connection, type RequestHandler } from './network/index.ts';
import type { BrokerServices, ServedApi } from './request-context.ts';

/** Produce requests of one connection overlap; see `Connection`. */
const PIPELINE_OF_PRODUCE = 1;

/** A served API and what was asked of it. */
interface Served {
  readonly handler: Handler;
  requests: number;
}

export class Dispatcher implements RequestHandler {
  readonly #broker: BrokerServices;
  readonly #served: ReadonlyMap<number, Served>;

  constructor(broker: BrokerServices, handlers: readonly Handler[]) {
    this.#broker = broker;
    this.#served = new Map(handlers.map((handler) => [handler.api.key, { handler, requests: 0 }]));
  }

  /** The APIs that were asked. */
  status(): ApiStatus[] {
    const asked = [...this.#served.values()].filter(({ requests }) => requests > 0);
    return asked.map(({ handler, requests }) => ({ api: handler.api.name, requests }));
  }

  pipelineOf(frame: readonly Buffer[]): number {
    const first = frame[0];
    // A frame whose first chunk ends within the key is handled alone, which is always right.
    if (first === undefined || first.length < 2) return 0;
    return first.readInt16BE(0) === ApiKey.Produce ? PIPELINE_OF_PRODUCE : 0;
  }

  /** Batches are stored or refused before the answer, and what is kept of them beyond it is retained by who keeps it. */
  isForgotten(beginning: Buffer): boolean {
    return beginning.length >= 2 && beginning.readInt16BE(0) === ApiKey.Produce;
  }

  handle(frame: readonly Buffer[], connection: Connection): Answer | Promise<Answer> {
    let request: DecodedRequest;
    try {
      request = decodeRequest(frame);
    } catch (error) {
      return this.#undecodable(error, connection);
    }
    const { header, body } = request;
    const served = this.#served.get(header.apiKey);
    if (served === undefined) return this.#refuse(`API ${request.api.name} is not served`, connection);
    const { handler } = served;
    served.requests += 1;
    const answer = handler.handle(body, {
      broker: this.#broker,
      connection,
      apiVersion: header.apiVersion,
      clientId: header.clientId,
    });
    if (answer instanceof Promise) return answer.then((value: unknown) => encode(handler, header, value));
    return encode(handler, header, answer);
  }

  #undecodable(error: unknown, connection: Connection): Answer {
    if (error instanceof UnsupportedVersionError && error.header.apiKey === ApiKey.ApiVersions)
      return apiVersionsUnsupported(error.header, this.#broker.servedApis);
    if (error instanceof ProtocolError) return this.#refuse(error.message, connection);
    throw error;
  }

  #refuse(reason: string, connection: Connection): typeof CLOSE_CONNECTION {
    this.#broker.log(`closing the connection of ${connection.remoteAddress}: ${reason}`);
    return CLOSE_CONNECTION;
  }
}

function encode(handler: Handler, header: RequestHeader, answer: unknown): Answer {
  if (answer === null || answer === CLOSE_CONNECTION) return answer;
  return encodeResponse(handler.api, header.apiVersion, header.correlationId, answer);
}

/** A client newer than this broker asks again in a version of the range (KIP-511). */
function apiVersionsUnsupported(header: RequestHeader, servedApis: readonly ServedApi[]): Answer {
  return encodeResponse(apiVersionsApi, 0, header.correlationId, {
    errorCode: ErrorCode.UNSUPPORTED_VERSION,
    apiKeys: servedApis.filter(({ apiKey }) => apiKey === apiVersionsApi.key),
  });
}
