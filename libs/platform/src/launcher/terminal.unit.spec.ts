import { describe, expect, it } from '@jest/globals';
import { tableLines, Terminal } from './terminal.ts';

function terminal(isTTY: boolean) {
  let text = '';
  return { terminal: new Terminal({ isTTY, write: (chunk) => (text += chunk) }), read: () => text };
}

describe('the terminal', () => {
  it('writes plain lines where it is none', async () => {
    const { terminal: plain, read } = terminal(false);
    expect(await plain.step('broker', () => Promise.resolve(7))).toBe(7);
    plain.part('broker', 'warn', 'ended');
    expect(read()).toMatch(/^✓ broker \d+\.\d s\nbroker {7}warn ended\n$/);
  });

  it('shows what is under way, and takes it away when it failed', async () => {
    const { terminal: colored, read } = terminal(true);
    const failing = colored.step('broker', () => Promise.reject(new Error('no')));
    expect(read()).toBe('… broker');
    await expect(failing).rejects.toThrow('no');
    expect(read().endsWith('\r\x1b[2K')).toBe(true);
  });

  it('aligns the columns of a table', () => {
    expect(
      tableLines([
        ['console', 'http://h:1', 'page'],
        ['posts', 'h', ''],
      ]),
    ).toEqual(['  console  http://h:1  page', '  posts    h']);
  });
});
