/**
 * Prices of zones, from the topics alone, exactly once:
 *
 *     taxi_position   free ones, once for each taxi, zone and window  ─┐
 *     ride_events     requests, once for each ride                    ─┴→ by zone ─┐
 *     zone_signals    what is known from outside                      ────────────┴→ the zone's state → surge_pricing
 *
 * Taxis are told apart where their positions lie, by taxi, so that of the thousands of positions of a window one for each taxi and zone
 * goes on. By zone, event time is that of the slowest input (an aligned topic): a window is closed when everyone has come so far, and not
 * when the first has.
 */
import {
  rideCompleted,
  ridePickedUp,
  ridePositionsRecorded,
  rideRequested,
  topics,
  zonePriced,
  type TopicEvent,
  type ZonePriced,
} from '@headwater/contracts';
import {
  contractTopic,
  jsonCodec,
  StreamsBuilder,
  stringCodec,
  tumbling,
  type Codec,
  type ContractCodec,
  type Stream,
  type Topology,
} from '@headwater/streams';
import { zoneOf, type Place } from '../zone/zones.ts';
import { type SurgeConfig } from './surge.config.ts';
import { ZonePricing, type ZoneEvent, type ZonePrice, type ZoneState } from './zone-pricing.ts';

type Count = 'demand' | 'supply';

const countCodec: Codec<Count> = {
  encode: (count) => Buffer.from(count),
  decode: (bytes) => (bytes.toString() === 'demand' ? 'demand' : 'supply'),
};

/** Named once and for all: it is the consumer group, and the names of what the application keeps. */
export const surgeApplication = 'gettaxi-pricing-surge';

export function surgeTopology(codec: ContractCodec, config: SurgeConfig): Topology {
  const { surgeWindowMs: windowMs, surgeGraceMs: graceMs, surgeH3Resolution: resolution } = config;
  const { meet, over } = new ZonePricing({ windowMs, graceMs, formula: formulaOf(config) });
  const windows = tumbling({ sizeMs: windowMs, graceMs });
  // What is no place on earth is in no zone.
  const zonesOf = (place: Place): string[] => [zoneOf(place, resolution) ?? []].flat();
  const builder = new StreamsBuilder(surgeApplication);

  const free = builder
    .stream(contractTopic(topics.taxiPosition, codec, { timestampMs: ({ value }) => value.occurredAt.getTime() }))
    .filter(({ value }) => value.available)
    .flatMapValues(({ value }) => zonesOf(value))
    .groupByKey()
    .windowedBy(windows)
    .distinct({ name: 'free-taxis', by: (zone) => zone });
  const requested = builder
    .stream(contractTopic(topics.rideEvents, codec, { timestampMs: rideTimeMs }))
    .flatMapValues((event) => (event.name === rideRequested.name ? zonesOf(event.value.pickup) : []))
    .groupByKey()
    .windowedBy(windows)
    .distinct({ name: 'requests', by: (zone) => zone });
  const counts = counted(requested, 'demand')
    .merge(counted(free, 'supply'))
    .through('by-zone', { key: (_count, zone) => zone, keyCodec: stringCodec, valueCodec: countCodec, aligned: true })
    .mapValues((count): ZoneEvent => count);
  const signals = builder
    .stream(contractTopic(topics.zoneSignals, codec))
    .mapValues(({ value: { factor, validUntil } }): ZoneEvent => ({
      factor,
      validUntilMs: validUntil?.getTime() ?? null,
    }));
  counts
    .merge(signals)
    .groupByKey()
    .remember<ZoneState, ZonePrice>({ name: 'zones', codec: jsonCodec<ZoneState>(), meet, over })
    .conflate(({ windowStartMs }, zone) => `${zone}/${windowStartMs}`)
    .mapValues((price, zone): TopicEvent<typeof topics.surgePricing> => ({
      name: zonePriced.name,
      value: pricedOf(zone, price, windowMs),
    }))
    .to(contractTopic(topics.surgePricing, codec));
  return builder.build();
}

/** By zone: what was counted, one each. */
const counted = (zones: Stream<string, string>, count: Count): Stream<string, Count> =>
  zones.selectKey((zone) => zone).mapValues(() => count);

/** Only what the ride's people do moves event time; what the service does by its own clock does not, as a replay is of another time. */
function rideTimeMs({ name, value }: TopicEvent<typeof topics.rideEvents>): number {
  if (name === rideRequested.name) return value.requestedAt.getTime();
  if (name === ridePickedUp.name || name === ridePositionsRecorded.name || name === rideCompleted.name)
    return value.occurredAt.getTime();
  return 0;
}

function formulaOf(config: SurgeConfig): ConstructorParameters<typeof ZonePricing>[0]['formula'] {
  return {
    balance: config.surgeBalancePercent / 100,
    prior: config.surgePriorTaxis,
    sensitivity: config.surgeSensitivityPercent / 100,
    smoothing: config.surgeSmoothingPercent / 100,
    cap: config.surgeCapPercent / 100,
  };
}

function pricedOf(zone: string, { windowStartMs, occurredAtMs, ...price }: ZonePrice, windowMs: number): ZonePriced {
  const state = price.isFinal ? 'final' : `${price.demand}-${price.supply}-${price.surge}`;
  return {
    ...price,
    eventId: `${zone}/${windowStartMs}/${state}`,
    zone,
    windowStart: new Date(windowStartMs),
    windowEnd: new Date(windowStartMs + windowMs),
    occurredAt: new Date(occurredAtMs),
  };
}
