/**
 * From impressions and clicks to counts, in two stages.
 *
 * Both topics are keyed by impression, so that they lie evenly, whatever campaign they are of. Where they lie they meet and are added up:
 * the first stage, each slice under the salt of its partition. What a slice has gained in a partition since the last commit is one small
 * record; only these go by the slice's key, and are merged: the second stage. So a campaign with nearly all of the traffic is worked on
 * by all partitions, and its own partition gets a few records a second.
 */
import { adClicked, adShown, topics, viewOf } from '@headwater/contracts';
import type { EventCodec } from '@headwater/messaging';
import { contractTopic, StreamsBuilder, stringCodec, type Stream, type Topology } from '@headwater/streams';
import { addCounts, addOne, countsCodec, type Counts } from './counts.ts';
import { Matching, type AdReport, type MatchingTimes } from './matching.ts';
import type { Outcome } from './outcome.ts';
import { orphansOf, partOf, performanceOf } from './performance-events.ts';
import { sightingCodec, type Sighting } from './sighting.ts';
import { sliceOf, slicesOf } from './slice.ts';

export const applicationId = 'campaign-compare';

/** Told of each outcome where it is counted, with nothing to say: for metrics. */
export type OnOutcome = (kind: Outcome['kind']) => void;

/** What the service runs. */
export function countingTopology(codec: EventCodec, times: MatchingTimes, onOutcome: OnOutcome): Topology {
  const builder = new StreamsBuilder(applicationId);
  const outcomes = matchedIn(builder, codec, times).peek(({ kind }) => onOutcome(kind));
  publish(merged(partialCounts(outcomes)), codec);
  return builder.build();
}

/** What counts of an impression; its id is the key. */
const shownAdvertisements = viewOf(topics.adImpressions, { [adShown.name]: ['campaigner', 'creative', 'occurredAt'] });
const clickedAdvertisements = viewOf(topics.adClicks, { [adClicked.name]: ['occurredAt'] });

/** What became of each impression and click. */
export function matchedIn(builder: StreamsBuilder, codec: EventCodec, times: MatchingTimes): Stream<string, Outcome> {
  const impressions = builder
    .stream(contractTopic(shownAdvertisements, codec))
    .mapValues<AdReport>(({ value: { campaigner, creative, occurredAt } }) => ({
      kind: 'shown',
      isClicked: false,
      campaigner,
      creative,
      atMs: occurredAt.getTime(),
    }));
  const clicks = builder
    .stream(contractTopic(clickedAdvertisements, codec))
    .mapValues<AdReport>(({ value }) => ({ kind: 'clicked', atMs: value.occurredAt.getTime() }));
  const { meet, over } = new Matching(times);
  return impressions
    .merge(clicks)
    .groupByKey()
    .remember<Sighting, Outcome>({ name: 'sightings', codec: sightingCodec, meet, over });
}

/** First stage: what each slice has gained in a partition, in a topic by slice. */
export function partialCounts(outcomes: Stream<string, Outcome>): Stream<string, Counts> {
  return outcomes
    .saltedAggregate<string, Counts>({
      keys: slicesOf,
      // A click that belongs to nothing is a click all the same, of a slice of its own.
      add: (counts, { kind, arrivedMs }) => addOne(counts, kind === 'orphanClicks' ? 'clicks' : kind, arrivedMs),
    })
    .through('partial-counts', { key: (_counts, { key }) => key, keyCodec: stringCodec, valueCodec: countsCodec });
}

/** Second stage: the parts of each slice together. */
export function merged(parts: Stream<string, Counts>): Stream<string, Counts> {
  return parts
    .groupByKey()
    .aggregate<Counts>({ name: 'counts', codec: countsCodec, add: addCounts })
    .toStream()
    .flatMapValues((counts) => (counts ? [counts] : []));
}

/** Each slice into the topic that it belongs to. */
export function publish(counts: Stream<string, Counts>, codec: EventCodec): void {
  const slices = counts.mapValues((each, key) => ({ slice: sliceOf(key), counts: each }));
  slices
    .flatMapValues(({ slice, counts: each }) => (slice.of === 'campaign' ? [performanceOf(slice, each)] : []))
    .to(contractTopic(topics.campaignPerformance, codec));
  slices
    .flatMapValues(({ slice, counts: each }) => (slice.of === 'part' ? [partOf(slice, each)] : []))
    .to(contractTopic(topics.campaignSlices, codec));
  slices
    .flatMapValues(({ slice, counts: each }) => (slice.of === 'orphans' ? [orphansOf(slice, each)] : []))
    .selectKey(({ value }) => value.hour)
    .to(contractTopic(topics.orphanClicks, codec));
}
