import { once } from 'node:events';
import { connect } from 'node:net';
import { HOST } from './node-files.ts';

/** Metadata v1 for no topic: size, key 3, version 1, correlation id, no client id, an empty list of topics. */
const QUESTION = Buffer.from('0000000e' + '0003' + '0001' + '00000007' + 'ffff' + '00000000', 'hex');
/** Where the answer has the number of brokers: behind its size and the correlation id. */
const BROKERS_AT = 8;

/** How many brokers the node at this port knows of; 0 when it does not answer. */
export async function knownBrokers(port: number): Promise<number> {
  const socket = connect({ host: HOST, port });
  try {
    await once(socket, 'connect');
    socket.write(QUESTION);
    let answer = Buffer.alloc(0);
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk as Buffer]);
      if (answer.length >= BROKERS_AT + 4) return answer.readInt32BE(BROKERS_AT);
    }
    return 0;
  } catch {
    return 0;
  } finally {
    socket.destroy();
  }
}
