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

  it('is a plain line at each twentieth elsewhere', () => {
    const { bar: progress, pass, read } = bar(false);
    for (let done = 1; done <= 100; done += 1) {
      pass(10);
      progress.update({ done, total: 100 });
    }
    const lines = read().trim().split('\n');
    expect(lines).toHaveLength(20);
    expect(lines[0]).toMatch(/^5% {2}5\/100 {2}100\/s {2}ETA 00:01$/);
    expect(lines.at(-1)).toMatch(/^100% {2}100\/100/);
  });

  it('is a plain line every five seconds when a twentieth takes longer', () => {
    const { bar: progress, pass, read } = bar(false);
    for (let done = 1; done <= 10; done += 1) {
      pass(1000);
      progress.update({ done, total: 1000 });
    }
    expect(
      read()
        .trim()
        .split('\n')
        .map((line) => line.split('%')[0]),
    ).toEqual(['0', '1']);
  });
});
