import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamsBuilder, streamTopic, jsonCodec, stringCodec, TopologyDriver } from '@headwater/streams';
import { clockSkewMs, Matching, type AdReport } from './matching.ts';
import type { Outcome } from './outcome.ts';
import { sightingCodec, type Sighting } from './sighting.ts';

const times = { windowMs: 1_000_000, graceMs: 500 };
const reports = streamTopic({ name: 'reports', key: stringCodec, value: jsonCodec<AdReport>() });
const outcomes = streamTopic({ name: 'outcomes', key: stringCodec, value: jsonCodec<Outcome>() });

const shown = (atMs: number, campaigner = 'ABC Ltd'): AdReport => ({
  kind: 'shown',
  campaigner,
  creative: 'c',
  atMs,
  isClicked: false,
});
const clicked = (atMs: number): AdReport => ({ kind: 'clicked', atMs });

interface Arrival {
  readonly id: string;
  readonly report: AdReport;
  readonly arrivedMs: number;
}

/** How many of each outcome there are at the end of all time. */
function outcomesOf(arrivals: readonly Arrival[], restartAt = -1): Record<string, number> {
  const builder = new StreamsBuilder('app');
  const { meet, over } = new Matching(times);
  builder
    .stream(reports)
    .groupByKey()
    .remember<Sighting, Outcome>({ name: 'sightings', codec: sightingCodec, meet, over })
    .to(outcomes);
  const driver = new TopologyDriver(builder.build());
  for (const [index, { id, report, arrivedMs }] of arrivals.entries()) {
    if (index === restartAt) driver.restart();
    driver.pipe(reports, { key: id, value: report, timestampMs: arrivedMs });
  }
  driver.pipe(reports, { key: 'the end', value: shown(0, 'nobody'), timestampMs: 1e12 });
  const counts: Record<string, number> = {};
  for (const { value } of driver.read(outcomes))
    if (value?.kind === 'orphanClicks' || value?.shown.campaigner !== 'nobody')
      counts[value!.kind] = (counts[value!.kind] ?? 0) + 1;
  return counts;
}

const inOrder = (...given: readonly AdReport[]): Arrival[] =>
  given.map((report, index) => ({ id: 'i', report, arrivedMs: index }));

describe('impressions and clicks of one id', () => {
  it('are one impression and one click, whichever comes first', () => {
    expect(outcomesOf(inOrder(shown(0), clicked(10)))).toEqual({ impressions: 1, clicks: 1 });
    expect(outcomesOf(inOrder(clicked(10), shown(0)))).toEqual({ impressions: 1, clicks: 1 });
  });

  it('are counted apart where they are reported again', () => {
    expect(outcomesOf(inOrder(shown(0), shown(0), clicked(10), clicked(10)))).toEqual({
      impressions: 1,
      duplicateImpressions: 1,
      clicks: 1,
      duplicateClicks: 1,
    });
    // The first impression holds, whatever the second says.
    expect(outcomesOf(inOrder(shown(0), shown(5, 'nobody')))).toEqual({ impressions: 1, duplicateImpressions: 1 });
  });

  it('are a late click beside the window, on either side, and do not keep a good one from counting', () => {
    const { windowMs } = times;
    expect(outcomesOf(inOrder(shown(0), clicked(windowMs)))).toEqual({ impressions: 1, clicks: 1 });
    expect(outcomesOf(inOrder(shown(0), clicked(windowMs + 1)))).toEqual({ impressions: 1, lateClicks: 1 });
    expect(outcomesOf(inOrder(shown(clockSkewMs), clicked(0)))).toEqual({ impressions: 1, clicks: 1 });
    expect(outcomesOf(inOrder(shown(clockSkewMs + 1), clicked(0)))).toEqual({ impressions: 1, lateClicks: 1 });
    expect(outcomesOf(inOrder(shown(0), clicked(windowMs + 1), clicked(1)))).toEqual({
      impressions: 1,
      lateClicks: 1,
      clicks: 1,
    });
  });

  it('are orphans where the impression does not come within the grace', () => {
    const click = { id: 'i', report: clicked(10), arrivedMs: 0 };
    const impression = (arrivedMs: number) => ({ id: 'i', report: shown(0), arrivedMs });
    expect(outcomesOf([click, click])).toEqual({ orphanClicks: 2 });
    expect(outcomesOf([click, impression(times.graceMs)])).toEqual({ impressions: 1, clicks: 1 });
    expect(outcomesOf([click, impression(times.graceMs + 1)])).toEqual({ impressions: 1, orphanClicks: 1 });
  });

  it('give the same counts in any order within the grace, and after a restart anywhere', () => {
    const report = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      report: fc.oneof(
        fc.nat({ max: 100 }).map((atMs) => shown(atMs)),
        fc.constantFrom(50, 60, 70, 2 * times.windowMs).map(clicked),
      ),
    });
    const shuffled = fc
      .array(report, { maxLength: 20 })
      .chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat({ max: 20 })),
      );
    fc.assert(
      fc.property(shuffled, ([first, second, restartAt]) => {
        // Of several impressions of one id the first to come holds: here they say the same campaign.
        const arrive = (all: typeof first): Arrival[] => all.map((each, index) => ({ ...each, arrivedMs: index }));
        expect(outcomesOf(arrive(second), restartAt)).toEqual(outcomesOf(arrive(first)));
      }),
    );
  });
});
