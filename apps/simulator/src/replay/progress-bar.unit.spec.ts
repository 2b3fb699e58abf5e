import { describe, expect, it } from '@jest/globals';
import { ProgressBar } from './progress-bar.ts';

function bar(isTTY: boolean) {
  let nowMs = 0;
  let text = '';
  const output = { isTTY, columns: 100, write: (chunk: string) => (text += chunk) };
  return {
    bar: new ProgressBar(output, () => nowMs),
    pass: (ms: number) => (nowMs += ms),
    read: () => text,
  };
}

describe('the progress', () => {
  it('is drawn over itself on a terminal, with rate, time left and retries', () => {
    const { bar: progress, pass, read } = bar(true);
    pass(1000);
    progress.retried('ECONNREFUSED');
    progress.update({ done: 1000, total: 4000 });
    expect(read()).toBe(
      '\r\x1b[2K[#######---------------------] 25%  1,000/4,000  1,000/s  ETA 00:03  1 retries (ECONNREFUSED)',
    );
  });

  it('is a plain line now and then elsewhere, and always the last', () => {
    const { bar: progress, pass, read } = bar(false);
    for (let done = 1; done <= 10; done += 1) {
      pass(1000);
      progress.update({ done, total: 10 });
    }
    expect(read().trim().split('\n')).toEqual([
      expect.stringMatching(/^50% {2}5\/10 {2}1\/s {2}ETA 00:05$/),
      expect.stringMatching(/^100% {2}10\/10/),
    ]);
  });
});
