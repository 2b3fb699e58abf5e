import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@headwater/contracts';
import { contractTopic, TopologyDriver } from '@headwater/streams';
import { describeUnless } from '@headwater/testkit/absence';
import { localCodec } from '../../fixtures/local-codec.ts';
import { absence, figureOf, NewYearsNight, type Figures } from '../../fixtures/nyc-taxi.ts';
import {
  eventsOf,
  positionOf,
  requestOf,
  rideAsked,
  seeded,
  shuffled,
  signalOf,
  taxiFree,
  type CityEvent,
} from '../../fixtures/city-events.ts';
import { zoneOf } from '../zone/zones.ts';
import { SurgeConfig } from './surge.config.ts';
import { surgeTopology } from './surge.topology.ts';

const partitions = 6;
const config = new SurgeConfig({});
const { surgeWindowMs: windowMs, surgeGraceMs: graceMs, surgeH3Resolution: resolution } = config;
const positions = contractTopic(topics.taxiPosition, localCodec);
const rides = contractTopic(topics.rideEvents, localCodec);
const prices = contractTopic(topics.surgePricing, localCodec);
const signals = contractTopic(topics.zoneSignals, localCodec);
const timesSquare = { latitude: 40.758, longitude: -73.9855 };
const zone = zoneOf(timesSquare, resolution)!;
const harlem = { latitude: 40.8116, longitude: -73.9465 };
const nightMs = Date.parse('2013-01-01T05:00:00Z');

function pipe(driver: TopologyDriver, event: CityEvent, partition?: number): void {
  const { id: key, atMs: timestampMs } = event;
  if (event.kind === 'taxi') driver.pipe(positions, { key, value: positionOf(event), timestampMs }, partition);
  else driver.pipe(rides, { key, value: requestOf(event), timestampMs }, partition);
}

const told = (driver: TopologyDriver) => driver.read(prices).map(({ value }) => value!.value);

/** Moves event time past everything, in all inputs. */
function end(driver: TopologyDriver, atMs = nightMs + 7_200_000): void {
  for (let partition = 0; partition < partitions; partition++) {
    pipe(driver, taxiFree(`end-${partition}`, harlem, atMs), partition);
    pipe(driver, rideAsked(`end-${partition}`, harlem, atMs), partition);
  }
  driver.commit();
}

describe('the prices of a zone', () => {
  const start = (): TopologyDriver => new TopologyDriver(surgeTopology(localCodec, config), { partitions });

  it('follow requests and free taxis at once, and are final when event time is past the window and grace', () => {
    const driver = start();
    for (let ride = 0; ride < 10; ride++) pipe(driver, rideAsked(`ride-${ride}`, timesSquare, nightMs + 1_000 * ride));
    pipe(driver, taxiFree('taxi', timesSquare, nightMs + 150_000));
    const updates = told(driver);
    expect(updates).toHaveLength(11);
    expect(updates.at(-1)).toMatchObject({
      zone,
      demand: 10,
      supply: 1,
      isFinal: false,
      windowStart: new Date(nightMs),
    });
    expect(updates.at(-1)!.surge).toBeGreaterThan(1.3);
    end(driver, nightMs + windowMs + graceMs - 1);
    expect(told(driver).filter(({ isFinal }) => isFinal)).toEqual([]);
    end(driver, nightMs + windowMs + graceMs);
    const final = told(driver).filter((price) => price.isFinal);
    expect(final).toMatchObject([{ zone, demand: 10, supply: 1, surge: 2, occurredAt: new Date(nightMs + windowMs) }]);
  });

  it('count each taxi and ride once, taxis only while they are free, and nothing that is too late', () => {
    const driver = start();
    for (const atMs of [0, 5_000, 10_000]) pipe(driver, taxiFree('taxi', timesSquare, nightMs + atMs));
    pipe(driver, { ...taxiFree('busy', timesSquare, nightMs), available: false });
    pipe(driver, rideAsked('ride', timesSquare, nightMs));
    pipe(driver, rideAsked('ride', timesSquare, nightMs));
    pipe(driver, taxiFree('nowhere', { latitude: 400, longitude: 0 }, nightMs));
    end(driver, nightMs + windowMs + graceMs);
    pipe(driver, taxiFree('late', timesSquare, nightMs + 20_000), 0);
    end(driver);
    expect(told(driver).filter((price) => price.zone === zone && price.isFinal)[0]).toMatchObject({
      demand: 1,
      supply: 1,
    });
    expect(driver.lateRecords('free-taxis')).toBe(1);
  });

  it('go back to the meter window by window when nothing happens any more', () => {
    const driver = start();
    for (let ride = 0; ride < 50; ride++) pipe(driver, rideAsked(`ride-${ride}`, timesSquare, nightMs));
    end(driver);
    const surges = told(driver)
      .filter((price) => price.zone === zone && price.isFinal)
      .map(({ surge }) => surge);
    expect(surges.slice(0, 4)).toEqual([2, 1.5, 1.25, 1.13]);
    expect(surges.at(-1)).toBe(1);
    end(driver, nightMs + 2 * 7_200_000);
    expect(told(driver).filter((price) => price.zone === zone)).toEqual([]);
  });

  it('know what is known from outside, until it is over, in a zone without a ride too', () => {
    const driver = start();
    end(driver, nightMs);
    told(driver);
    const value = signalOf(zone, 2, new Date(nightMs + 2 * windowMs));
    driver.pipe(signals, { key: zone, value, timestampMs: Date.now() });
    expect(told(driver)).toMatchObject([{ zone, signal: 2, demand: 0, surge: 1, isFinal: false }]);
    end(driver);
    const finals = told(driver).filter((price) => price.zone === zone && price.isFinal);
    expect(finals.map(({ signal }) => signal).slice(0, 4)).toEqual([2, 2, 1, 1]);
    expect(finals.map(({ surge }) => surge).slice(0, 4)).toEqual([1.5, 1.75, 1.38, 1.19]);
    expect(finals.at(-1)).toMatchObject({ surge: 1 });
  });

  it('rest where a signal stands and nothing happens, until it is taken back', () => {
    const driver = start();
    end(driver, nightMs);
    driver.pipe(signals, { key: zone, value: signalOf(zone, 1.5), timestampMs: Date.now() });
    end(driver, nightMs + 10 * 365 * 86_400_000);
    const finals = told(driver).filter((price) => price.zone === zone && price.isFinal);
    expect(finals.at(-1)).toMatchObject({ surge: 1.5 });
    expect(finals.length).toBeLessThan(20);
    driver.restart();
    driver.pipe(signals, { key: zone, value: signalOf(zone, 1), timestampMs: Date.now() });
    end(driver, nightMs + 11 * 365 * 86_400_000);
    expect(
      told(driver)
        .filter((price) => price.zone === zone)
        .at(-1),
    ).toMatchObject({ surge: 1, isFinal: true });
  });

  it('never go over the cap', () => {
    const driver = start();
    for (let window = 0; window < 8; window++)
      for (let ride = 0; ride < 100; ride++)
        pipe(driver, rideAsked(`ride-${window}-${ride}`, timesSquare, nightMs + window * windowMs));
    driver.pipe(signals, { key: zone, value: signalOf(zone, 10), timestampMs: 0 });
    end(driver);
    const surges = told(driver).map(({ surge }) => surge);
    expect(Math.max(...surges)).toBeLessThanOrEqual(3);
    expect(Math.max(...surges)).toBeGreaterThan(2.9);
  });
});

describeUnless(absence, 'the recorded night', () => {
  let night: NewYearsNight;
  let expected: Figures;
  let events: CityEvent[];
  beforeAll(async () => {
    night = await NewYearsNight.open();
    expected = await night.figures(resolution, windowMs);
    events = eventsOf(night.trips);
  });
  afterAll(() => night.close());

  /** Final figures of zones and windows in which something happened, and the prices that go with them. */
  function outcome(driver: TopologyDriver) {
    end(driver);
    const finals = told(driver).filter((price) => price.isFinal);
    const figures: Figures = new Map();
    const surges = new Map<string, number>();
    for (const { zone: at, windowStart, demand, supply, surge } of finals) {
      const name = figureOf(at, windowStart.getTime());
      expect(surges.has(name)).toBe(false);
      surges.set(name, surge);
      if (demand + supply > 0) figures.set(name, `${demand}/${supply}`);
    }
    expect(driver.lateRecords('free-taxis') + driver.lateRecords('requests') + driver.lateRecords('zones')).toBe(0);
    return { figures, surges };
  }

  /** All in one order, with a commit after so many. */
  function play(arrivals: readonly CityEvent[], perCommit: number, restarts = false) {
    const driver = new TopologyDriver(surgeTopology(localCodec, config), { partitions, commitEach: false });
    for (const [index, event] of arrivals.entries()) {
      pipe(driver, event);
      if (index % perCommit !== 0) continue;
      driver.commit();
      if (restarts) driver.restart();
    }
    driver.commit();
    return outcome(driver);
  }

  it('has the demand and supply that SQL counts, at every speed, shuffled within grace, and with restarts', () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const live = play(events, 20);
    expect({ seed, figures: live.figures }).toEqual({ seed, figures: expected });
    // Faster is more between two commits; the fastest is all at once.
    expect(play(events, 1_200)).toEqual(live);
    expect(play(events, events.length)).toEqual(live);
    expect({ seed, ...play(shuffled(events, graceMs, seeded(seed)), 100) }).toEqual({ seed, ...live });
    expect(play(events, 3_000, true)).toEqual(live);
    const surges = [...live.surges.values()].sort((one, other) => one - other);
    console.log(
      `${night.trips.length} trips, ${expected.size} zones and windows, surge median ${surges[surges.length >> 1]}, ` +
        `most ${surges.at(-1)}; ${surges.filter((surge) => surge > 1.2).length} above 1.2`,
    );
  });

  it('has the same when one input after another is read from its beginning to its end', () => {
    const live = play(events, 60);
    const driver = new TopologyDriver(surgeTopology(localCodec, config), { partitions, commitEach: false });
    for (const kind of ['ride', 'taxi'] as const) {
      for (const event of events) if (event.kind === kind) pipe(driver, event);
      driver.commit();
    }
    expect(outcome(driver)).toEqual(live);
  });
});
