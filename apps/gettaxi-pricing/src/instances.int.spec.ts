/** The recorded night on two instances, of which one is killed in the middle: prices are those of the topology without a Kafka. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { topics, type TopicEvent, type ZonePriced } from '@headwater/contracts';
import { startBroker, startPostgres, TopicReader, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import {
  eventsOf,
  positionOf,
  requestOf,
  rideAsked,
  seeded,
  taxiFree,
  type CityEvent,
} from '../fixtures/city-events.ts';
import { absence, figureOf, NewYearsNight } from '../fixtures/nyc-taxi.ts';
import { DrivenPrices, elsewhere } from '../fixtures/driven-prices.ts';
import { Dispatch, PricingProcess, type Around } from '../fixtures/pricing-service.ts';
import { SurgeConfig } from './surge/surge.config.ts';

jest.setTimeout(600_000);

const { surgeWindowMs: windowMs, surgeH3Resolution: resolution } = new SurgeConfig({});
const perSend = 1_500;

const nameOf = ({ zone, windowStart }: ZonePriced): string => figureOf(zone, windowStart.getTime());

describeUnless(absence, 'the recorded night on two instances', () => {
  let broker: RunningBroker;
  let postgres: RunningPostgres;
  let around: Around;
  let night: NewYearsNight;
  const processes: PricingProcess[] = [];
  const start = (): PricingProcess => {
    const started = new PricingProcess(around);
    processes.push(started);
    return started;
  };

  beforeAll(async () => {
    [broker, postgres, night] = await Promise.all([
      startBroker({ flush: 'os' }),
      startPostgres(),
      NewYearsNight.open(),
    ]);
    const databaseUrl = await postgres.createDatabase('gettaxi_pricing');
    // However slow the machine is: no partition is without records for good, so each is waited for.
    around = { kafka: broker, databaseUrl, environment: { SURGE_IDLE_MS: '600000' } };
  });
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.kill()));
    night.close();
    await Promise.all([broker.close(), postgres.close()]);
  });

  const send = async (dispatch: Dispatch, events: readonly CityEvent[], partition?: number): Promise<void> => {
    const positions: TopicEvent<typeof topics.taxiPosition>[] = [];
    const rides: TopicEvent<typeof topics.rideEvents>[] = [];
    for (const event of events)
      if (event.kind === 'taxi') positions.push(positionOf(event));
      else rides.push(requestOf(event));
    await dispatch.tell(topics.taxiPosition, positions, partition);
    await dispatch.tell(topics.rideEvents, rides, partition);
  };

  it('has the demand and supply that SQL counts, each window told final once, with an instance killed at any moment', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    const expected = await night.figures(resolution, windowMs);
    const events = eventsOf(night.trips);
    await using dispatch = await Dispatch.open(broker);
    const victim = start();
    await Promise.all([victim.whenReady(), start().whenReady()]);
    const killAfter = Math.floor(events.length * (0.2 + 0.6 * random()));
    let killed: Promise<void> | undefined;
    for (let from = 0; from < events.length; from += perSend) {
      if (from >= killAfter) killed ??= delay(random() * 200).then(() => victim.kill());
      await send(dispatch, events.slice(from, from + perSend));
    }
    await killed;
    start();
    const endMs = events.at(-1)!.atMs + 3_600_000;
    for (let partition = 0; partition < topics.rideEvents.partitions; partition++)
      await send(dispatch, [taxiFree('end', elsewhere, endMs), rideAsked('end', elsewhere, endMs)], partition);
    await using prices = await TopicReader.start(broker, [topics.surgePricing]);
    const isFigure = (value: ZonePriced): boolean =>
      value.isFinal && value.demand + value.supply > 0 && value.windowStart.getTime() < endMs - 1_800_000;
    const finals = await prices.take<ZonePriced>(topics.surgePricing, ({ value }) => isFigure(value), expected.size);
    const figures = new Map(finals.map(({ value }) => [nameOf(value), `${value.demand}/${value.supply}`]));
    expect({ seed, told: finals.length, figures }).toEqual({ seed, told: expected.size, figures: expected });
    const driven = new DrivenPrices({ commitEach: false });
    for (const event of events) driven.happen(event);
    driven.end(endMs);
    const surges = new Map(
      driven
        .told()
        .filter(isFigure)
        .map((value) => [nameOf(value), value.surge]),
    );
    expect({ seed, surges: new Map(finals.map(({ value }) => [nameOf(value), value.surge])) }).toEqual({
      seed,
      surges,
    });
  });
});
