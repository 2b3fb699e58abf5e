import { Agent, request } from 'undici';
import { type GetAnswer } from './check.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS = 16;

/** Reads answers of one service; whatever is no answer for now (404, 5xx, no connection) is `undefined`. */
export function serviceReader(address: string): { readonly get: GetAnswer; close(): Promise<void> } {
  const agent = new Agent({
    connections: CONNECTIONS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
  });
  const get = async (path: string): Promise<unknown> => {
    try {
      const { statusCode, body } = await request(`${address}${path}`, { dispatcher: agent });
      if (statusCode === 200) return await body.json();
      await body.dump();
      return undefined;
    } catch {
      return undefined;
    }
  };
  return { get, close: () => agent.close() };
}
