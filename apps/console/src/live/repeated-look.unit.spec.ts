import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RepeatedLook } from './repeated-look.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a repeated look', () => {
  it('is seldom while nobody watches, and often while somebody does', async () => {
    let looks = 0;
    const look = new RepeatedLook(
      () => {
        looks += 1;
        return Promise.resolve();
      },
      100,
      5,
    );
    look.start();
    await jest.advanceTimersByTimeAsync(499);
    expect(looks).toBe(1);
    look.setWatched(true);
    await jest.advanceTimersByTimeAsync(0);
    expect(looks).toBe(2);
    await jest.advanceTimersByTimeAsync(300);
    expect(looks).toBe(5);
    await look.stop();
  });

  it('is never under way twice, and none is under way after it was stopped', async () => {
    let finish: () => void = () => undefined;
    let looks = 0;
    const look = new RepeatedLook(
      () => {
        looks += 1;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
      100,
      1,
    );
    look.start();
    look.setWatched(true);
    await jest.advanceTimersByTimeAsync(1000);
    expect(looks).toBe(1);
    let isStopped = false;
    const stopped = look.stop().then(() => {
      isStopped = true;
    });
    await jest.advanceTimersByTimeAsync(1000);
    expect(isStopped).toBe(false);
    finish();
    await stopped;
    await jest.advanceTimersByTimeAsync(1000);
    expect(looks).toBe(1);
  });
});
