/** The counting of campaign-compare as its build has it, and the design that it is measured beside. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventCodec } from '@headwater/messaging';
import { jsonCodec, StreamsBuilder, stringCodec, type Stream, type Topology } from '@headwater/streams';

/** `unsalted`: what became of impressions and clicks is sent to the partition of its campaign, and counted there. */
export type Design = 'salted' | 'unsalted';

interface Outcome {
  readonly kind: string;
  readonly shown: { readonly campaigner: string };
}

interface Times {
  readonly windowMs: number;
  readonly graceMs: number;
}

/** What the bench puts together; apps/campaign-compare/src/counting says what it means. */
interface Counting {
  readonly applicationId: string;
  countingTopology(codec: EventCodec, times: Times, onOutcome: (kind: string) => void): Topology;
  matchedIn(builder: StreamsBuilder, codec: EventCodec, times: Times): Stream<string, Outcome>;
  partialCounts(outcomes: Stream<string, Outcome>): Stream<string, object>;
  merged(parts: Stream<string, object>): Stream<string, object>;
  publish(counts: Stream<string, object>, codec: EventCodec): void;
}

const times: Times = { windowMs: 1_800_000, graceMs: 600_000 };

/** The topic of the unsalted design in which records lie by their campaign. */
export const campaignTopicOf = (applicationId: string): string => `${applicationId}-by-campaign-repartition`;

/** @throws when the service is not built. */
export async function topologyOf(design: Design, codec: EventCodec): Promise<Topology> {
  const counting = await loadCounting();
  if (design === 'salted') return counting.countingTopology(codec, times, () => undefined);
  const builder = new StreamsBuilder(counting.applicationId);
  const outcomes = counting.matchedIn(builder, codec, times);
  const byCampaign = outcomes.through('by-campaign', {
    key: ({ shown }) => shown.campaigner,
    keyCodec: stringCodec,
    valueCodec: jsonCodec<Outcome>(),
  });
  counting.publish(counting.merged(counting.partialCounts(byCampaign)), codec);
  return builder.build();
}

export async function loadCounting(): Promise<Counting> {
  const file = resolve(import.meta.dirname, '../../../../apps/campaign-compare/dist/counting/index.js');
  return (await import(pathToFileURL(file).href)) as Counting;
}
