import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { eventsOf, rideAsked, seeded, shuffled, taxiFree, type CityEvent } from '../../fixtures/city-events.ts';
import { DrivenPrices } from '../../fixtures/driven-prices.ts';
import { absence, figureOf, NewYearsNight, type Figures } from '../../fixtures/nyc-taxi.ts';
import { zoneOf } from '../zone/zones.ts';
import { SurgeConfig } from './surge.config.ts';

const { surgeWindowMs: windowMs, surgeGraceMs: graceMs, surgeH3Resolution: resolution } = new SurgeConfig({});
const timesSquare = { latitude: 40.758, longitude: -73.9855 };
const zone = zoneOf(timesSquare, resolution)!;
const nightMs = Date.parse('2013-01-01T05:00:00Z');
const laterMs = nightMs + 7_200_000;

describe('the prices of a zone', () => {
  it('follow requests and free taxis at once, and are final when event time is past the window and grace', () => {
    const driven = new DrivenPrices();
    for (let ride = 0; ride < 10; ride++) driven.happen(rideAsked(`ride-${ride}`, timesSquare, nightMs + 1_000 * ride));
    driven.happen(taxiFree('taxi', timesSquare, nightMs + 150_000));
    const updates = driven.told();
    expect(updates).toHaveLength(11);
    expect(updates.at(-1)).toMatchObject({
      zone,
      demand: 10,
      supply: 1,
      isFinal: false,
      windowStart: new Date(nightMs),
    });
    expect(updates.at(-1)!.surge).toBeGreaterThan(1.3);
    driven.end(nightMs + windowMs + graceMs - 1);
    expect(driven.told().filter(({ isFinal }) => isFinal)).toEqual([]);
    driven.end(nightMs + windowMs + graceMs);
    const final = driven.told().filter((price) => price.isFinal);
    expect(final).toMatchObject([{ zone, demand: 10, supply: 1, surge: 2, occurredAt: new Date(nightMs + windowMs) }]);
  });

  // #region driver
  it('count each taxi and ride once, taxis only while they are free, and nothing that is too late', () => {
    const driven = new DrivenPrices();
    for (const atMs of [0, 5_000, 10_000]) driven.happen(taxiFree('taxi', timesSquare, nightMs + atMs));
    driven.happen({ ...taxiFree('busy', timesSquare, nightMs), available: false });
    driven.happen(rideAsked('ride', timesSquare, nightMs));
    driven.happen(rideAsked('ride', timesSquare, nightMs));
    driven.happen(taxiFree('nowhere', { latitude: 400, longitude: 0 }, nightMs));
    driven.end(nightMs + windowMs + graceMs);
    driven.happen(taxiFree('late', timesSquare, nightMs + 20_000), 0);
    driven.end(laterMs);
    expect(driven.told().find((price) => price.zone === zone && price.isFinal)).toMatchObject({
      demand: 1,
      supply: 1,
    });
    expect(driven.late()).toBe(1);
  });
  // #endregion

  it('go back to the meter window by window when nothing happens any more', () => {
    const driven = new DrivenPrices();
    for (let ride = 0; ride < 50; ride++) driven.happen(rideAsked(`ride-${ride}`, timesSquare, nightMs));
    driven.end(laterMs);
    const surges = driven
      .told()
      .filter((price) => price.zone === zone && price.isFinal)
      .map(({ surge }) => surge);
    expect(surges.slice(0, 4)).toEqual([2, 1.5, 1.25, 1.13]);
    expect(surges.at(-1)).toBe(1);
    driven.end(nightMs + 2 * 7_200_000);
    expect(driven.told().filter((price) => price.zone === zone)).toEqual([]);
  });

  it('know what is known from outside, until it is over, in a zone without a ride too', () => {
    const driven = new DrivenPrices();
    driven.end(nightMs);
    driven.told();
    driven.signal(zone, 2, new Date(nightMs + 2 * windowMs));
    expect(driven.told()).toMatchObject([{ zone, signal: 2, demand: 0, surge: 1, isFinal: false }]);
    driven.end(laterMs);
    const finals = driven.told().filter((price) => price.zone === zone && price.isFinal);
    expect(finals.map(({ signal }) => signal).slice(0, 4)).toEqual([2, 2, 1, 1]);
    expect(finals.map(({ surge }) => surge).slice(0, 4)).toEqual([1.5, 1.75, 1.38, 1.19]);
    expect(finals.at(-1)).toMatchObject({ surge: 1 });
  });

  it('rest where a signal stands and nothing happens, until it is taken back', () => {
    const driven = new DrivenPrices();
    driven.end(nightMs);
    driven.signal(zone, 1.5);
    driven.end(nightMs + 10 * 365 * 86_400_000);
    const finals = driven.told().filter((price) => price.zone === zone && price.isFinal);
    expect(finals.at(-1)).toMatchObject({ surge: 1.5 });
    expect(finals.length).toBeLessThan(20);
    driven.restart();
    driven.signal(zone, 1);
    driven.end(nightMs + 11 * 365 * 86_400_000);
    expect(
      driven
        .told()
        .filter((price) => price.zone === zone)
        .at(-1),
    ).toMatchObject({ surge: 1, isFinal: true });
  });

  it('never go over the cap', () => {
    const driven = new DrivenPrices();
    for (let window = 0; window < 8; window++)
      for (let ride = 0; ride < 100; ride++)
        driven.happen(rideAsked(`ride-${window}-${ride}`, timesSquare, nightMs + window * windowMs));
    driven.signal(zone, 10);
    driven.end(laterMs);
    const surges = driven.told().map(({ surge }) => surge);
    expect(Math.max(...surges)).toBeLessThanOrEqual(3);
    expect(Math.max(...surges)).toBeGreaterThan(2.9);
  });
});

describeUnless(absence, 'the recorded night', () => {
  let night: NewYearsNight;
  let expected: Figures;
  let events: CityEvent[];
  let live: ReturnType<typeof outcome>;
  beforeAll(async () => {
    night = await NewYearsNight.open();
    expected = await night.figures(resolution, windowMs);
    events = eventsOf(night.trips);
    live = play(events, 60);
  });
  afterAll(() => night.close());

  /** Final figures of zones and windows in which something happened, and the prices that go with them. */
  function outcome(driven: DrivenPrices) {
    driven.end(laterMs);
    const finals = driven.told().filter((price) => price.isFinal);
    const figures: Figures = new Map();
    const surges = new Map<string, number>();
    for (const { zone: at, windowStart, demand, supply, surge } of finals) {
      const name = figureOf(at, windowStart.getTime());
      expect(surges.has(name)).toBe(false);
      surges.set(name, surge);
      if (demand + supply > 0) figures.set(name, `${demand}/${supply}`);
    }
    expect(driven.late()).toBe(0);
    return { figures, surges };
  }

  /** All in one order, with a commit after so many. */
  function play(arrivals: readonly CityEvent[], perCommit: number, restarts = false) {
    const driven = new DrivenPrices({ commitEach: false });
    for (const [index, event] of arrivals.entries()) {
      driven.happen(event);
      if (index % perCommit !== 0) continue;
      driven.commit();
      if (restarts) driven.restart();
    }
    driven.commit();
    return outcome(driven);
  }

  it('has the demand and supply that SQL counts, at every speed, shuffled within grace, and with restarts', () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    expect({ seed, figures: live.figures }).toEqual({ seed, figures: expected });
    // Faster is more between two commits; the fastest is all at once.
    expect(play(events, events.length)).toEqual(live);
    expect({ seed, ...play(shuffled(events, graceMs, seeded(seed)), 1_200, true) }).toEqual({ seed, ...live });
    const surges = [...live.surges.values()].sort((one, other) => one - other);
    console.log(
      `${night.trips.length} trips, ${expected.size} zones and windows, surge median ${surges[surges.length >> 1]}, ` +
        `most ${surges.at(-1)}; ${surges.filter((surge) => surge > 1.2).length} above 1.2`,
    );
  });

  it('has the same when one input after another is read from its beginning to its end', () => {
    const driven = new DrivenPrices({ commitEach: false });
    for (const kind of ['ride', 'taxi'] as const) {
      for (const event of events) if (event.kind === kind) driven.happen(event);
      driven.commit();
    }
    expect(outcome(driven)).toEqual(live);
  });
});
