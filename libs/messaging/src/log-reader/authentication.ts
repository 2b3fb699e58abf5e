/** Says who the client is, once for each connection: SaslHandshake v1 (KIP-43) and SaslAuthenticate v1 (KIP-152, KIP-368). */
import type { SaslCredentials } from '../client/index.ts';
import { ScramExchange } from './scram.ts';
import { RequestBody, type ResponseBody } from './wire-codec.ts';

const handshake = { key: 17, version: 1 };
const authenticate = { key: 36, version: 1 };

/** Sends a request's body and answers the response's. */
export type Request = (apiKey: number, apiVersion: number, body: Buffer) => Promise<ResponseBody>;

/**
 * Authenticates a connection that has sent nothing else.
 * @returns for how many milliseconds the broker believes it; 0 for ever
 * @throws when the broker refuses, or is not who it should be. The message names the user and holds no secret.
 */
export async function authenticateConnection(request: Request, credentials: SaslCredentials): Promise<number> {
  const { mechanism, username, password } = credentials;
  await chooseMechanism(request, mechanism);
  let lifetimeMs = 0;
  const send = async (message: string): Promise<string> => {
    const bytes = new RequestBody().bytesField(Buffer.from(message)).bytes();
    const body = await request(authenticate.key, authenticate.version, bytes);
    const errorCode = body.int16();
    const reason = body.nullableString();
    if (errorCode !== 0) throw new Error(`the broker does not let ${username} in: ${reason ?? `error ${errorCode}`}`);
    const answer = body.bytes().toString();
    lifetimeMs = body.int64();
    return answer;
  };
  if (mechanism === 'PLAIN') {
    await send(`\0${username}\0${password}`);
    return lifetimeMs;
  }
  const exchange = new ScramExchange(mechanism, credentials);
  const serverFirst = await send(exchange.first());
  exchange.verify(await send(await exchange.proof(serverFirst)));
  return lifetimeMs;
}

async function chooseMechanism(request: Request, mechanism: string): Promise<void> {
  const body = await request(handshake.key, handshake.version, new RequestBody().string(mechanism).bytes());
  const errorCode = body.int16();
  const offered = body.array(() => body.string());
  if (errorCode !== 0)
    throw new Error(`the broker does not take ${mechanism}; it offers ${offered.join(', ') || 'no mechanism'}`);
}
