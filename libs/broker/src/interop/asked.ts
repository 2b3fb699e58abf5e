import { connect } from 'node:net';
import { decodeResponse, encodeRequest, type AnyApi, type RequestInput, type ResponseOf } from '../protocol/index.ts';

/** Where a server listens; an engine of the testkit fits. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One request of this project's own codec on a connection of its own, and its answer. */
export async function asked<A extends AnyApi>(
  { host, port }: Address,
  api: A,
  version: number,
  body: RequestInput<A>,
): Promise<ResponseOf<A>> {
  const socket = connect({ host, port });
  socket.write(Buffer.concat(encodeRequest(api, version, { correlationId: 1, clientId: 'interop' }, body)));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) continue;
    return decodeResponse(api, version, [received.subarray(4)]).body;
  }
  throw new Error(`The server at ${host}:${port} closed the connection of a request of ${api.name}`);
}
