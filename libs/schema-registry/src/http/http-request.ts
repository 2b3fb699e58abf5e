/** What a route sees of a request: decoded path parameters, query parameters and the JSON body. */
import type { IncomingMessage } from 'node:http';
import { RegistryError } from '../registry-error.ts';

/** Far above the largest schema that the log takes; bounds what one request can make the registry hold. */
export const MAXIMUM_BODY_BYTES = 4 * 1024 * 1024;
/** What is read and thrown away to tell a client why, before the connection is cut. */
const MAXIMUM_DISCARDED_BYTES = 64 * 1024 * 1024;

const REQUEST_TYPES = new Set([
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
  'application/octet-stream',
]);
const RESPONSE_TYPES = [
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
];

export class HttpRequest {
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #query: URLSearchParams;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, parameters: ReadonlyMap<string, string>, query: URLSearchParams) {
    this.#message = message;
    this.#parameters = parameters;
    this.#query = query;
  }

  /** A path parameter, percent-decoded. */
  parameter(name: string): string {
    const value = this.#parameters.get(name);
    if (value === undefined) throw new Error(`The route has no parameter ${name}`);
    return value;
  }

  query(name: string): string | undefined {
    return this.#query.get(name) ?? undefined;
  }

  /** `true` in any case; everything else, and none, is false. */
  flag(name: string): boolean {
    return this.query(name)?.toLowerCase() === 'true';
  }

  /** @throws RegistryError 404 as a path that is not there, when it is no integer */
  integerQuery(name: string, fallback: number): number {
    const text = this.query(name);
    if (text === undefined || text === '') return fallback;
    if (!/^-?\d{1,10}$/.test(text)) throw new RegistryError(404, 404, `Query parameter ${name} is not an integer`);
    return Number(text);
  }

  /** @throws RegistryError 400 malformed, 413 too large, 415 of another type, 422 not an object */
  async body(): Promise<Readonly<Record<string, unknown>>> {
    const type = this.#message.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== undefined && type !== '' && !REQUEST_TYPES.has(type)) {
      throw new RegistryError(415, 415, 'HTTP 415 Unsupported Media Type');
    }
    const text = (await readBody(this.#message)).toString('utf8');
    if (text.trim() === '') throw new RegistryError(422, 422, 'The request needs a body: a JSON object');
    const parsed = parseJson(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new RegistryError(422, 422, 'The body is not a JSON object');
    }
    return parsed as Readonly<Record<string, unknown>>;
  }
}

/** @throws RegistryError 406 when the client takes none of the registry's types */
export function responseType(message: IncomingMessage): string {
  const accepted = message.headers.accept?.toLowerCase();
  const [preferred] = RESPONSE_TYPES;
  if (accepted === undefined || accepted === '') return preferred ?? '';
  const ranges = accepted.split(',').map((range) => range.split(';')[0]?.trim() ?? '');
  if (ranges.includes('*/*') || ranges.includes('application/*')) return preferred ?? '';
  const type = RESPONSE_TYPES.find((candidate) => ranges.includes(candidate));
  if (type === undefined) throw new RegistryError(406, 406, 'HTTP 406 Not Acceptable');
  return type;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const tooLarge = new RegistryError(413, 413, `The body is larger than ${String(MAXIMUM_BODY_BYTES)} bytes`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAXIMUM_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
    // Leaving the loop destroys the connection.
    if (size > MAXIMUM_DISCARDED_BYTES) throw tooLarge;
  }
  if (size > MAXIMUM_BODY_BYTES) throw tooLarge;
  return Buffer.concat(chunks);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegistryError(400, 400, `The body is not JSON: ${reason}`, { cause: error });
  }
}
