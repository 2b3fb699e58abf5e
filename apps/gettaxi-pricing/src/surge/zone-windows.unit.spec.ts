import { describe, expect, it } from '@jest/globals';
import type { ZonePriced } from '@headwater/contracts';
import { ZoneWindows } from './zone-windows.ts';

const windowMs = 300_000;

const priced = (zone: string, window: number, demand: number): ZonePriced => ({
  eventId: `${zone}/${window}/${demand}`,
  zone,
  windowStart: new Date(window * windowMs),
  windowEnd: new Date((window + 1) * windowMs),
  demand,
  supply: 1,
  signal: 1,
  surge: 1,
  isFinal: false,
  occurredAt: new Date(window * windowMs),
});

describe('the windows of a zone', () => {
  it('are kept as they were priced last, the earliest first', () => {
    const windows = new ZoneWindows();
    for (const each of [priced('a', 2, 1), priced('a', 1, 1), priced('b', 1, 9), priced('a', 1, 2)]) windows.note(each);
    expect(windows.of('a').map(({ demand }) => demand)).toEqual([2, 1]);
    windows.forget('a');
    expect(windows.of('a')).toEqual([]);
  });

  it('say what held at a moment: the last that had begun, also while nothing happened after it', () => {
    const windows = new ZoneWindows();
    for (const each of [priced('a', 1, 1), priced('a', 2, 2), priced('a', 5, 5)]) windows.note(each);
    const demandAt = (timeMs: number): number | undefined => windows.at('a', new Date(timeMs))?.demand;
    expect([windowMs - 1, windowMs, 2 * windowMs, 4.5 * windowMs, 9 * windowMs].map(demandAt)).toEqual([
      undefined,
      1,
      2,
      2,
      5,
    ]);
    expect(windows.at('b', new Date())).toBeUndefined();
  });

  it('are bounded: the earliest go', () => {
    const windows = new ZoneWindows();
    for (let window = 0; window < 200; window += 1) windows.note(priced('a', window, window));
    expect(windows.of('a').map(({ demand }) => demand)).toEqual(Array.from({ length: 144 }, (_, index) => 56 + index));
  });
});
