import { expect, it } from '@jest/globals';
import type { Clock } from '../clock/index.ts';
import { DelayedProcessor } from './delayed-processor.ts';
import type { LaneItem } from './lane.ts';
import { originHeaders } from './origin.ts';
import { WorkInProgress } from './work-in-progress.ts';

/** Its timers end a millisecond early, as those of Node.js may by `Date.now()`. */
class EarlyClock implements Clock {
  private time = 1_000;
  nowMs = (): number => this.time;
  sleep(ms: number): Promise<void> {
    this.time += Math.max(1, ms - 1);
    return Promise.resolve();
  }
}

const origin = { topic: 'likes', partition: 0, offset: 1n, timestampMs: 0, attempts: 1 };
const itemDueAt = (dueMs: number): LaneItem => {
  const texts = Object.entries(originHeaders(origin, dueMs));
  const headers = Object.fromEntries(texts.map(([name, text]) => [name, Buffer.from(text)]));
  return {
    record: { offset: 0n, timestampMs: 0, key: null, value: null, headers },
    tracked: { offset: 0n, finished: false },
    bytes: 0,
  };
};

it('a record is not tried before it is due, by a timer that ends early either', async () => {
  const clock = new EarlyClock();
  const triedAtMs: number[] = [];
  const processor = {
    work: new WorkInProgress(clock),
    process: (_: unknown, items: readonly LaneItem[]) => {
      triedAtMs.push(clock.nowMs());
      return Promise.resolve(items.length);
    },
  };
  const place = { partition: 0, parked: undefined, secondHand: true };
  const items = [itemDueAt(1_050), itemDueAt(1_400)];
  const done = await new DelayedProcessor(processor, clock).process(place, items, new AbortController().signal);
  expect([done, triedAtMs]).toEqual([2, [1_050, 1_400]]);
});
