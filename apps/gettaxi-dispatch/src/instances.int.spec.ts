/** Several instances on one database and one broker: what one of them does the others must not undo, nor forget when it is gone. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@headwater/contracts';
import { startBroker, startPostgres, TopicReader, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { createTopics, startDispatch, type DispatchApi } from '../fixtures/dispatch-under-test.ts';
import { type Place } from './place/place.ts';

const at = (metersNorth: number, longitude = -74): Place => ({ latitude: 40.7 + metersNorth / 111_195, longitude });
const name = (what: string): string => `${what}-${randomUUID()}`;

describe('instances of gettaxi-dispatch', () => {
  let broker: RunningBroker;
  let postgres: RunningPostgres;
  let databaseUrl: string;
  let reader: TopicReader;
  const start = (environment: Readonly<Record<string, string>> = {}): Promise<DispatchApi> =>
    startDispatch({ kafka: broker, databaseUrl, environment });
  /** Events of a ride by name, when there are so many. */
  const told = async (rideId: string, count: number): Promise<string[]> =>
    (await reader.take<{ rideId: string }>(topics.rideEvents, ({ value }) => value.rideId === rideId, count)).map(
      (event) => event.name.replace('headwater.gettaxi.', ''),
    );

  beforeAll(async () => {
    [broker, postgres] = await Promise.all([startBroker(), startPostgres()]);
    databaseUrl = await postgres.createDatabase('gettaxi_dispatch');
    await createTopics(broker);
    await (await start()).close();
    reader = await TopicReader.start(broker, [topics.rideEvents]);
  }, 120_000);

  afterAll(async () => {
    await reader.close();
    await postgres.close();
    await broker.close();
  });

  it('promise no taxi twice, and leave none idle, when many riders want few taxis at once', async () => {
    const [one, other] = await Promise.all([start({ SEARCH_SECONDS: '0' }), start({ SEARCH_SECONDS: '0' })]);
    try {
      const taxis = Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [name(`taxi-${index}`), at(index * 50)]),
      );
      await one.park(taxis);
      await other.caughtUp();
      const requests = Array.from({ length: 60 }, (_, index) =>
        (index % 2 === 0 ? one : other).request(name('rider'), at((index * 37) % 600)),
      );
      const rides = (await Promise.all(requests)).map(({ body }) => body);
      const promised = rides.flatMap(({ taxiId }) => taxiId ?? []);
      expect(promised.toSorted()).toEqual(Object.keys(taxis).toSorted());
      expect(rides.filter(({ status }) => status === 'offered')).toHaveLength(12);
      expect(rides.filter(({ status }) => status === 'unfulfilled')).toHaveLength(48);
      // Each end of a ride frees its taxi for another, whichever instance hears of it.
      await Promise.all(
        rides
          .filter(({ taxiId }) => taxiId !== null)
          .map(({ rideId }, index) => (index % 2 === 0 ? other : one).act(rideId, 'cancel', { by: 'rider' })),
      );
      expect((await one.near(at(0), 12)).toSorted()).toEqual(Object.keys(taxis).toSorted());
      await one.park(taxis, false);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  }, 120_000);

  it('forget no time-out: one that ended leaves its open offers and searches to the next', async () => {
    const terms = { OFFER_SECONDS: '1', SEARCH_SECONDS: '600', MAX_OFFERS: '1' };
    const [offered, searching, first, second] = [name('offered'), name('searching'), name('first'), name('second')];
    const gone = await start(terms);
    await gone.park({ [first]: at(0, 10) });
    expect((await gone.request(name('ann'), at(10, 10), { rideId: offered })).body).toMatchObject({ taxiId: first });
    expect((await gone.request(name('ben'), at(10, 30), { rideId: searching })).body).toMatchObject({
      status: 'requested',
    });
    await gone.close();

    // When an offer ends stands with it. The ones that are made from here on end when the test ends them.
    const next = await start({ SEARCH_SECONDS: '600', MAX_OFFERS: '1' });
    try {
      expect(await told(offered, 4)).toEqual(['RideRequested', 'RideOffered', 'RideOfferExpired', 'RideUnfulfilled']);
      // The fleet was restored with the rest, and the taxi is free again.
      expect(await next.near(at(0, 10), 1)).toEqual([first]);
      await next.park({ [second]: at(0, 30) });
      expect(await told(searching, 2)).toEqual(['RideRequested', 'RideOffered']);
      expect((await next.act(searching, 'cancel', { by: 'rider' })).body).toMatchObject({ status: 'cancelled' });
    } finally {
      await next.close();
    }
  }, 120_000);

  it('give up a ride when nobody came while it was asking', async () => {
    const dispatch = await start({ SEARCH_SECONDS: '1' });
    try {
      const rideId = name('ride');
      expect((await dispatch.request(name('ann'), at(0, 60), { rideId })).body).toMatchObject({ status: 'requested' });
      expect(await told(rideId, 2)).toEqual(['RideRequested', 'RideUnfulfilled']);
    } finally {
      await dispatch.close();
    }
  });

  it('offer a taxi no longer than its position is fresh', async () => {
    const dispatch = await start({ POSITION_MAX_AGE_SECONDS: '10', SEARCH_SECONDS: '0' });
    try {
      const taxi = name('taxi');
      await dispatch.park({ [taxi]: at(0, 90) });
      expect(await dispatch.near(at(0, 90), 1)).toEqual([taxi]);
      while ((await dispatch.near(at(0, 90), 1)).includes(taxi))
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect((await dispatch.request(name('ann'), at(0, 90))).body).toMatchObject({ status: 'unfulfilled' });
    } finally {
      await dispatch.close();
    }
  });
});
