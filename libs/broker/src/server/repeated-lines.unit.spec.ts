import { expect, it, describe } from '@jest/globals';
import { withoutRepetition } from './repeated-lines.ts';

describe('repeated lines', () => {
  it('are passed on once in ten seconds, with their number', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const log = withoutRepetition((line) => lines.push(line), { now: () => nowMs });
    for (let count = 0; count < 5; count++) log('full');
    log('other');
    nowMs = 10_000;
    log('full');
    nowMs = 20_000;
    log('full');
    expect(lines).toEqual(['full', 'other', 'full (and 4 times before)', 'full']);
  });

  it('are remembered up to a number', () => {
    const lines: string[] = [];
    const log = withoutRepetition((line) => lines.push(line), { now: () => 0 });
    for (let index = 0; index <= 200; index++) log(`line ${index}`);
    log('line 200');
    log('line 0');
    expect(lines.slice(200)).toEqual(['line 200', 'line 0']);
  });

  it('that begin alike are passed on twenty times in ten seconds, with the number of the others', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const log = withoutRepetition((line) => lines.push(line), { now: () => nowMs });
    for (let index = 0; index < 500; index++) log(`closing the connection of client ${index}`);
    log('something else entirely');
    expect(lines).toHaveLength(21);
    nowMs = 10_000;
    log('closing the connection of client 7000');
    expect(lines.at(-1)).toBe(
      'closing the connection of client 7000 (and 480 others that begin like this, left out before)',
    );
  });
});
