/**
 * From method and path to a route. A path is split before it is percent-decoded, so that a subject may hold `%2F`.
 * Paths are few: they are tried in order, the first that fits wins.
 */
import { RegistryError } from '../registry-error.ts';
import type { HttpRequest } from './http-request.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A text that is sent as it is, not as a JSON string. */
export class RawBody {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface Route {
  readonly method: Method;
  /** `/subjects/:subject/versions`: a segment that starts with a colon is a parameter. */
  readonly path: string;
  /** Gives what is sent as JSON. */
  readonly handle: (request: HttpRequest) => unknown;
}

export interface Match {
  readonly route: Route;
  readonly parameters: ReadonlyMap<string, string>;
}

export class Router {
  readonly #routes: readonly { readonly route: Route; readonly segments: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, segments: splitPath(route.path) }));
  }

  /** @throws RegistryError 404 no such path, 405 not this method, 400 a path that cannot be decoded */
  match(method: string, path: string): Match {
    const segments = splitPath(path).map(decodeSegment);
    let isKnownPath = false;
    for (const { route, segments: pattern } of this.#routes) {
      const parameters = matchSegments(pattern, segments);
      if (parameters === undefined) continue;
      if (route.method === method) return { route, parameters };
      isKnownPath = true;
    }
    throw isKnownPath
      ? new RegistryError(405, 405, 'HTTP 405 Method Not Allowed')
      : new RegistryError(404, 404, 'HTTP 404 Not Found');
  }
}

function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new RegistryError(400, 400, `The path has a part that cannot be decoded: ${segment}`, { cause: error });
  }
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Map<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith(':')) parameters.set(expected.slice(1), segment);
    else if (expected !== segment) return undefined;
  }
  return parameters;
}
