import { describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.ts';

describe('a sleep', () => {
  it('takes as long as it is told to', async () => {
    const before = performance.now();
    await systemClock.sleep(20);
    expect(performance.now() - before).toBeGreaterThanOrEqual(18);
  });

  it('ends when its signal aborts, without an error', async () => {
    const over = new AbortController();
    const slept = systemClock.sleep(60_000, over.signal);
    over.abort('enough');
    await expect(slept).resolves.toBeUndefined();
  });

  it('does not begin when its signal has aborted', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort())).resolves.toBeUndefined();
  });
});
