import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/**
 * Below the range that systems give to outgoing connections, so that a server that restarts finds its port free: from that range any
 * client may be given it meanwhile, and keeps it for a minute after its connection has ended. Above the last one that `fetch` refuses (10080).
 */
const FROM = 10_100;
const TO = 32_000;

/** TCP ports of 127.0.0.1 that nobody listens on now, and that no outgoing connection is given. */
export async function freePorts(wanted: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < wanted) {
    const port = randomInt(FROM, TO);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** One for each name. */
export async function namedPorts<Name extends string>(names: readonly Name[]): Promise<Readonly<Record<Name, number>>> {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
