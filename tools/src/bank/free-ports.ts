/** Ports below those that systems give to outgoing connections, so that none of these takes one while its process starts again. */
import { once } from 'node:events';
import { createServer } from 'node:net';

const names = ['broker', 'registry', 'postgres', 'ledger', 'connect', 'alerts'] as const;
export type BankPorts = Readonly<Record<(typeof names)[number], number>>;

const lowest = 20_000;
const count = 10_000;

export async function freePorts(): Promise<BankPorts> {
  const ports: Record<string, number> = {};
  for (const name of names) ports[name] = await freePort(new Set(Object.values(ports)));
  return ports as BankPorts;
}

/** A port that is free now, and is none of `taken`. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
