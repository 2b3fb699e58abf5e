import { describe, expect, it } from '@jest/globals';
import { inSlices } from './in-slices.ts';

const spin = (ms: number): void => {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
};

describe('work in slices', () => {
  it('is done with each item, in order, and lets others work in between', async () => {
    const items = Array.from({ length: 100 }, (_, number) => number);
    const done: (number | 'another')[] = [];
    setImmediate(() => done.push('another'));
    const results = await inSlices(items, (item) => {
      spin(0.1);
      done.push(item);
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(done.filter((each) => each !== 'another')).toEqual(items);
    expect(done.indexOf('another')).toBeLessThan(items.length / 2);
  });

  it('of nothing is done', async () => {
    expect(await inSlices([], spin)).toEqual([]);
  });
});
