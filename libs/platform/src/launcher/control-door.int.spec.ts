import { afterEach, describe, expect, it } from '@jest/globals';
import { openControlDoor, type ControlDoor } from './control-door.ts';

let door: ControlDoor;
const told: string[] = [];

afterEach(() => door.close());

async function open(): Promise<void> {
  told.length = 0;
  const broker = {
    crash: (holdMs: number) => void told.push(`killed for ${holdMs}`),
    endHold: () => void told.push('started'),
  };
  door = await openControlDoor((name) => (name === 'broker' ? broker : undefined));
}

async function ask(path: string, token = door.token, method = 'POST'): Promise<number> {
  const response = await fetch(`${door.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  return response.status;
}

describe("the launcher's control door", () => {
  it('kills a part and holds it down, until it may start', async () => {
    await open();
    expect(await ask('/parts/broker/kill?holdMs=5000')).toBe(204);
    expect(await ask('/parts/broker/start')).toBe(204);
    expect(told).toEqual(['killed for 5000', 'started']);
  });

  it('listens on loopback, to who has the token only', async () => {
    await open();
    expect(new URL(door.url).hostname).toBe('127.0.0.1');
    expect(await ask('/parts/broker/kill', 'guessed')).toBe(401);
    expect(told).toEqual([]);
  });

  it('knows no other parts and no other acts, and holds nothing down for ever', async () => {
    await open();
    expect(await ask('/parts/launcher/kill')).toBe(404);
    expect(await ask('/parts/broker/remove')).toBe(404);
    expect(await ask('/parts/broker/kill', door.token, 'GET')).toBe(404);
    expect(await ask('/parts/broker/kill?holdMs=60001')).toBe(400);
    expect(await ask('/parts/broker/kill?holdMs=soon')).toBe(400);
    expect(told).toEqual([]);
  });
});
