import { describe, expect, it } from '@jest/globals';
import { HISTORY_SAMPLES, SampleHistory } from './sample-history.ts';

describe('the history of samples', () => {
  it('gives a series for each topic and group, with gaps where there was none', () => {
    const history = new SampleHistory();
    history.add({ atMs: 1, topicRates: { a: 1 }, groupLags: {} });
    history.add({ atMs: 2, topicRates: { a: 2, b: 3 }, groupLags: { g: 4 } });
    expect(history.toState()).toEqual({
      atMs: [1, 2],
      topicRates: { a: [1, 2], b: [null, 3] },
      groupLags: { g: [null, 4] },
    });
  });

  it('forgets the oldest', () => {
    const history = new SampleHistory();
    for (let atMs = 0; atMs <= HISTORY_SAMPLES; atMs++) history.add({ atMs, topicRates: {}, groupLags: {} });
    const { atMs } = history.toState();
    expect([atMs.length, atMs[0]]).toEqual([HISTORY_SAMPLES, 1]);
  });
});
