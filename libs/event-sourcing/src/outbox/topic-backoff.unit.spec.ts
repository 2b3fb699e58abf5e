import { describe, expect, it } from '@jest/globals';
import { TopicBackoff } from './topic-backoff.ts';

describe('the backoff of a topic', () => {
  it('doubles with each failure up to its limit and ends with a success', () => {
    const backoff = new TopicBackoff(500);
    expect([0, 0, 0, 0, 0].map((nowMs) => backoff.failed('t', nowMs))).toEqual([100, 200, 400, 500, 500]);
    backoff.succeeded('t');
    expect(backoff.failing).toEqual([]);
    expect(backoff.failed('t', 0)).toBe(100);
  });

  it('blocks only the topic that failed, until its pause is over', () => {
    const backoff = new TopicBackoff(500);
    backoff.failed('a', 1000);
    backoff.failed('b', 1050);
    expect([backoff.blocked(1099), backoff.untilNextMs(1099)]).toEqual([['a', 'b'], 1]);
    expect([backoff.blocked(1100), backoff.untilNextMs(1100)]).toEqual([['b'], 50]);
    expect([backoff.blocked(1150), backoff.untilNextMs(1150)]).toEqual([[], undefined]);
    expect(backoff.failing).toEqual(['a', 'b']);
  });
});
