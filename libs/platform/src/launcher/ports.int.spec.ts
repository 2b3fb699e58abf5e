import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { choosePorts } from './ports.ts';

describe('the ports of the demo', () => {
  it('are free and distinct where asked, and below those of outgoing connections', async () => {
    const ports = [...(await choosePorts({ kind: 'auto' }, [])).entries()];
    expect(ports.map(([name]) => name)).toEqual(
      expect.arrayContaining(['broker', 'registry', 'console', 'social-posts', 'postgres']),
    );
    const numbers = ports.map(([, port]) => port);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers)).toBeLessThan(32_768);
  });

  it('leave out what runs elsewhere', async () => {
    expect([...(await choosePorts({ kind: 'auto' }, ['postgres'])).keys()]).not.toContain('postgres');
  });

  it('are refused with the name of the part when one is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    await expect(choosePorts({ kind: 'base', base: port }, [])).rejects.toThrow(
      `Port ${port} on 127.0.0.1, which console needs, is already in use: stop the program that uses it, or start the demo on other ports with \`npm start -- --ports auto\`.`,
    );
    blocker.close();
  });
});
