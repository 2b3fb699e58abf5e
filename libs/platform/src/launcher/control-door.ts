/**
 * The door through which the console's lessons kill parts of the running demo. On loopback, for who holds the token only:
 *
 *     POST /parts/broker/kill?holdMs=5000   204: SIGKILL now, started again when the hold is over
 *     POST /parts/broker/start              204: the hold is over
 *
 * Nothing can be left broken: a hold ends by itself after a minute at most, whoever asked for it and whether he still lives.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';
const LONGEST_HOLD_MS = 60_000;

/** A part that can be killed. */
export interface ControlledPart {
  /** SIGKILL; it is not started again before `holdMs` are over or `endHold` is called. */
  crash(holdMs: number): void;
  endHold(): void;
}

export interface ControlDoor {
  readonly url: string;
  readonly token: string;
  close(): void;
}

/** @param partOf the part of a name; undefined when there is none */
export async function openControlDoor(partOf: (name: string) => ControlledPart | undefined): Promise<ControlDoor> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(answerTo(request, token, partOf)).end();
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    token,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The status of the answer; what was asked for is done. */
function answerTo(
  { method, url = '', headers }: IncomingMessage,
  token: string,
  partOf: (name: string) => ControlledPart | undefined,
): number {
  if (!isSame(headers.authorization ?? '', `Bearer ${token}`)) return 401;
  const { pathname, searchParams } = new URL(url, `http://${HOST}`);
  const [, name = '', act] = /^\/parts\/([a-z-]+)\/(kill|start)$/.exec(pathname) ?? [];
  const part = partOf(name);
  if (method !== 'POST' || part === undefined) return 404;
  if (act === 'start') part.endHold();
  else {
    const holdMs = Number(searchParams.get('holdMs') ?? 0);
    if (!(holdMs >= 0 && holdMs <= LONGEST_HOLD_MS)) return 400;
    part.crash(holdMs);
  }
  return 204;
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
