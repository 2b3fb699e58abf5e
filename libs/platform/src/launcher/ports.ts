/**
 * Which TCP ports the parts take. A port is chosen before anything starts and kept while the demo runs, so that a part
 * that was killed comes back under the address that its clients know.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { BROKER, POSTGRES_PORT, type ServicePart } from './parts.ts';
import { DemoError } from './demo-error.ts';

/** The fixed ports, free ones, or consecutive ones from a base. */
export type PortChoice =
  { readonly kind: 'fixed' } | { readonly kind: 'auto' } | { readonly kind: 'base'; readonly base: number };

/** Port of each part by name; the registry and PostgreSQL have names of their own. */
export type Ports = ReadonlyMap<string, number>;

const HOST = '127.0.0.1';

/**
 * Free ports are looked for here: below the range that systems give to outgoing connections (from 32768 on Linux), in
 * which a port of a part that restarts could be taken by any client, even by one that tries to reach it; and above the last
 * port that `fetch` refuses.
 */
const AUTO_FROM = 10_100;
const AUTO_TO = 32_000;

/** Browsers and `fetch` connect to none of these, whoever listens there: WHATWG Fetch, "bad port". */
const REFUSED_BY_FETCH: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
]);

/**
 * @param without parts that run elsewhere and need no port
 * @throws DemoError naming the port that is in use, or that no browser connects to.
 */
export async function choosePorts(
  choice: PortChoice,
  without: readonly string[],
  services: readonly ServicePart[],
): Promise<Ports> {
  const wanted = wantedPorts(without, services);
  if (choice.kind === 'auto') return await freePorts([...wanted.keys()]);
  const ports =
    choice.kind === 'fixed'
      ? wanted
      : new Map([...wanted.keys()].map((name, index) => [name, choice.base + index] as const));
  for (const [name, port] of ports) {
    if (REFUSED_BY_FETCH.has(port)) throw portRefused(name, port);
    if (!(await isFree(port))) throw portTaken(name, port);
  }
  return ports;
}

function wantedPorts(without: readonly string[], services: readonly ServicePart[]): Map<string, number> {
  const all: (readonly [string, number])[] = [
    ...services.map((part) => [part.name, part.port] as const),
    [BROKER.name, BROKER.port],
    ['registry', BROKER.registryPort],
    ['postgres', POSTGRES_PORT],
  ];
  return new Map(all.filter(([name]) => !without.includes(name)));
}

export function portTaken(name: string, port: number): DemoError {
  const remedy = 'stop the program that uses it, or start the demo on other ports with `npm start -- --ports auto`';
  return new DemoError('PORT_TAKEN', `Port ${port} on ${HOST}, which ${name} needs, is already in use: ${remedy}.`);
}

function portRefused(name: string, port: number): DemoError {
  return new DemoError(
    'USAGE',
    `Port ${port}, which ${name} would get, is one that browsers and fetch refuse to connect to (WHATWG Fetch, "bad port"): begin elsewhere with --port-base.`,
  );
}

/** Consecutive ones: two demos that begin at once seldom choose the same. */
async function freePorts(names: readonly string[]): Promise<Ports> {
  for (;;) {
    const base = randomInt(AUTO_FROM, AUTO_TO);
    const ports = new Map(names.map((name, index) => [name, base + index]));
    const areFree = await Promise.all([...ports.values()].map(isFree));
    if (areFree.every(Boolean)) return ports;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'EACCES') {
      throw new DemoError('PORT_TAKEN', `Port ${port} needs more rights: take ports from 1024 on with --port-base.`);
    }
    return false;
  }
}
