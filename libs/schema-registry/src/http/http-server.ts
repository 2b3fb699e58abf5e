/**
 * The registry's REST API on node:http. Every answer is JSON of one of the registry's media types; a failure is
 * `{"error_code": …, "message": …}` as Confluent's clients read it. `GET /metrics` is beside it, for who watches the process.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { RegistryError } from '../registry-error.ts';
import { HttpRequest, responseType } from './http-request.ts';
import { RawBody, type Router } from './router.ts';

const DEFAULT_RESPONSE_TYPE = 'application/vnd.schemaregistry.v1+json';

/** A page in Prometheus' text format. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly router: Router;
  /** What `GET /metrics` answers; without it there is no such path. */
  readonly metrics: (() => Promise<MetricsPage>) | undefined;
  /** Told of failures that are the registry's own. */
  readonly onWarning: (message: string) => void;
}

export class HttpServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(options: HttpServerOptions): Promise<HttpServer> {
    const server = createServer((message, response) => {
      void answer(message, response, options);
    });
    server.listen(options.port, options.host);
    // Rejects with the error when that comes instead.
    await once(server, 'listening');
    return new HttpServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port');
    return address.port;
  }

  /** Answers what is under way, takes nothing new. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }
}

async function answer(message: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  let contentType = DEFAULT_RESPONSE_TYPE;
  try {
    if (options.metrics && message.method === 'GET' && message.url === '/metrics') {
      const page = await options.metrics();
      send(response, 200, page.contentType, page.body);
      return;
    }
    contentType = responseType(message);
    const [path, query] = splitOnce(message.url ?? '/', '?');
    const { route, parameters } = options.router.match(message.method ?? 'GET', path);
    const result: unknown = await route.handle(new HttpRequest(message, parameters, new URLSearchParams(query)));
    send(response, 200, contentType, result instanceof RawBody ? result.text : JSON.stringify(result));
  } catch (error) {
    const failure = toRegistryError(error, options.onWarning);
    const body = JSON.stringify({ error_code: failure.code, message: failure.message });
    send(response, failure.status, contentType, body);
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length });
  response.end(bytes);
}

function toRegistryError(error: unknown, onWarning: (message: string) => void): RegistryError {
  if (error instanceof RegistryError) {
    if (error.status >= 500) onWarning(error.message);
    return error;
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  onWarning(`A request failed: ${reason}`);
  return new RegistryError(500, 500, 'Internal Server Error', { cause: error });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
