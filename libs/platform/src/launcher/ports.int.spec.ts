import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type ServicePart } from './parts.ts';
import { choosePorts, type PortChoice } from './ports.ts';

const services: readonly ServicePart[] = [
  { name: 'console', script: 'apps/console/dist/main.js', about: 'a page', port: 8080 },
  { name: 'social-posts', script: 'apps/social-posts/dist/main.js', about: 'posts', port: 3001 },
];
const choose = (choice: PortChoice, without: readonly string[] = []) => choosePorts(choice, without, services);

describe('the ports of the demo', () => {
  it('are free and distinct where asked, and below those of outgoing connections', async () => {
    const ports = [...(await choose({ kind: 'auto' })).entries()];
    expect(ports.map(([name]) => name)).toEqual(
      expect.arrayContaining(['broker', 'registry', 'console', 'social-posts', 'postgres']),
    );
    const numbers = ports.map(([, port]) => port);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers)).toBeLessThan(32_768);
  });

  it('leave out what runs elsewhere', async () => {
    expect([...(await choose({ kind: 'auto' }, ['postgres'])).keys()]).not.toContain('postgres');
  });

  it('are never such as fetch refuses to connect to', async () => {
    const refused = 10_080;
    await expect(fetch(`http://127.0.0.1:${refused}`)).rejects.toMatchObject({ cause: { message: 'bad port' } });
    await expect(choose({ kind: 'base', base: refused - 1 })).rejects.toThrow(
      `Port ${refused}, which social-posts would get, is one that browsers and fetch refuse to connect to (WHATWG Fetch, "bad port"): begin elsewhere with --port-base.`,
    );
    expect(Math.min(...(await choose({ kind: 'auto' })).values())).toBeGreaterThan(refused);
  });

  it('are refused with the name of the part when one is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    await expect(choose({ kind: 'base', base: port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1, which console needs, is already in use: stop the program that uses it, or start the demo on other ports with \`npm start -- --ports auto\`.`,
    );
    blocker.close();
  });
});
