import { describe, expect, it } from '@jest/globals';
import { TopicRates } from './topic-rates.ts';
import type { TopicReading } from './topics.reader.ts';

const reading = (...ends: readonly number[]): TopicReading[] => [
  {
    name: 'orders',
    kind: 'data',
    partitions: ends.map((end, partition) => ({ partition, leader: 1, begin: 0, end })),
  },
];

describe('rates of topics', () => {
  it('are what was added between two readings, by the second', () => {
    const rates = new TopicRates();
    expect(rates.next(reading(10, 5), 1000)[0]).toMatchObject({ written: 15, retained: 15, perSecond: 0 });
    expect(rates.next(reading(20, 5), 3000)[0]).toMatchObject({ written: 25, perSecond: 5 });
    expect(rates.next(reading(20, 5), 4000)[0]).toMatchObject({ perSecond: 0 });
  });

  it('start over when a topic was deleted and created anew', () => {
    const rates = new TopicRates();
    rates.next(reading(100), 1000);
    expect(rates.next(reading(3), 2000)[0]).toMatchObject({ written: 3, perSecond: 0 });
    expect(rates.next(reading(4), 3000)[0]).toMatchObject({ perSecond: 1 });
  });
});
