import { describe, expect, it } from '@jest/globals';
import { WakeUp } from './wake-up.ts';

const NEVER_MS = 2 ** 30;

describe('a wake-up', () => {
  it('ends a sleep', async () => {
    const wakeUp = new WakeUp();
    const sleep = wakeUp.sleep(NEVER_MS);
    wakeUp.call();
    await sleep;
  });

  it('that came while nobody slept ends the next sleep, and only that', async () => {
    const wakeUp = new WakeUp();
    wakeUp.call();
    wakeUp.call();
    await wakeUp.sleep(NEVER_MS);
    let awake = false;
    const second = wakeUp.sleep(NEVER_MS).then(() => (awake = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(awake).toBe(false);
    wakeUp.call();
    await second;
  });

  it('is not needed when the time is over', async () => {
    await new WakeUp().sleep(1);
  });
});
