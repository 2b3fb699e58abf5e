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
});
