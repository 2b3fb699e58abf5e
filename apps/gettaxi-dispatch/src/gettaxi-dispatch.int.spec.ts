import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { rideFareCalculated, topics, type RideFareCalculated } from '@headwater/contracts';
import { startPostgres, TopicReader, type RunningPostgres } from '@headwater/testkit';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { message, specifyConsumer, type ConsumerSpecification } from '@headwater/testkit/specification';
import { createTopics, startDispatch, type DispatchApi } from '../fixtures/dispatch-under-test.ts';
import { type Place } from './place/place.ts';

/** Each test has an island of its own, thousands of kilometers from the others' taxis. */
let islands = 0;
const island = (): ((metersNorth: number) => Place) => {
  islands += 1;
  const longitude = -170 + islands * 20;
  return (metersNorth) => ({ latitude: 10 + metersNorth / 111_195, longitude });
};
const name = (what: string): string => `${what}-${randomUUID()}`;

const fareOf = (rideId: string, userId: string): RideFareCalculated => ({
  eventId: randomUUID(),
  rideId,
  userId,
  amount: '12.50',
  currency: 'USD',
  entry: '2.50',
  metered: '9.50',
  night: '0.00',
  tax: '0.50',
  surge: 1,
  quoteId: 'q1',
  units: 19,
  distanceMeters: 5_000,
  durationMs: 600_000,
  positions: 4,
  outliers: 0,
  gaps: 0,
  occurredAt: new Date('2013-01-01T05:10:00Z'),
});

describeOnEveryEngine('gettaxi-dispatch', (kafka) => {
  let postgres: RunningPostgres;
  let dispatch: DispatchApi;
  let reader: TopicReader;
  let fares: ConsumerSpecification;
  let databaseUrl: string;

  const told = async (rideId: string, count: number) => {
    const events = await reader.take<{ rideId: string }>(
      topics.rideEvents,
      ({ value }) => value.rideId === rideId,
      count,
    );
    return events.map((event) => event.name.replace('headwater.gettaxi.', ''));
  };

  beforeAll(async () => {
    postgres = await startPostgres();
    databaseUrl = await postgres.createDatabase('gettaxi_dispatch');
    await createTopics(kafka);
    dispatch = await startDispatch({ kafka, databaseUrl, environment: { SEARCH_SECONDS: '0' } });
    const subscription = { topic: topics.rideFares, group: 'gettaxi-dispatch.fares' };
    fares = await specifyConsumer({ source: kafka, subscriptions: [subscription] });
    reader = await TopicReader.start(kafka, [topics.rideEvents, topics.userPosition]);
  }, 120_000);

  afterAll(async () => {
    await reader.close();
    await fares.close();
    await dispatch.close();
    await postgres.close();
  });

  it('carries a rider from the request to the payment, and tells the world each step', async () => {
    const at = island();
    const [near, far, rideId, userId] = [name('near'), name('far'), name('ride'), name('ann')];
    await dispatch.park({ [far]: at(900), [near]: at(200) });
    const requested = await dispatch.request(userId, at(0), { rideId, dropOff: at(5_000), quoteId: 'q1' });
    expect(requested).toMatchObject({
      status: 201,
      etag: '"2"',
      body: { rideId, status: 'offered', taxiId: near, offers: 1 },
    });
    expect(Math.round(requested.body.distanceMeters!)).toBe(200);
    // A taxi that is promised is nobody's nearest.
    expect(await dispatch.near(at(0), 2)).toEqual([far]);

    const other = await dispatch.act(rideId, 'accept', { taxiId: far });
    expect(other).toMatchObject({ status: 409, body: { type: 'urn:problem-type:headwater:ride-not-offered' } });
    const stale = await dispatch.act(rideId, 'accept', { taxiId: near }, { 'if-match': '"1"' });
    expect(stale).toMatchObject({ status: 412 });
    const accepted = await dispatch.act(rideId, 'accept', { taxiId: near }, { 'if-match': '"2"' });
    expect(accepted).toMatchObject({ status: 200, etag: '"3"', body: { status: 'accepted' } });
    expect(await dispatch.act(rideId, 'accept', { taxiId: near })).toMatchObject({ status: 200, etag: '"3"' });
    await dispatch.act(rideId, 'pick-up', { taxiId: near, place: at(0), occurredAt: '2013-01-01T05:00:00Z' });
    const positions = [1_000, 2_500].map((meters, index) => ({
      ...at(meters),
      occurredAt: `2013-01-01T05:0${index + 1}:00Z`,
    }));
    for (let times = 0; times < 2; times += 1)
      expect(await dispatch.act(rideId, 'positions', { taxiId: near, positions })).toMatchObject({
        status: 200,
        body: { positions: 2, version: 5 },
      });
    const underWay = await dispatch.send<{ items: { rideId: string }[] }>('GET', '/rides?status=underWay');
    expect(underWay.body.items.map((ride) => ride.rideId)).toEqual([rideId]);
    await dispatch.act(rideId, 'complete', { taxiId: near, place: at(5_000), occurredAt: '2013-01-01T05:10:00Z' });
    expect(await dispatch.near(at(0), 2)).toEqual([near, far]);

    await fares
      .given()
      .when(message(topics.rideFares, rideFareCalculated, fareOf(rideId, userId)))
      .thenRedeliveryChangesNothing(async () => (await dispatch.ride(rideId)).body);
    const paid = await dispatch.ride(rideId);
    expect(paid).toMatchObject({ body: { status: 'paid', charge: { amount: '12.50', currency: 'USD' } } });
    const unchanged = await dispatch.send('GET', `/rides/${rideId}`, undefined, { 'if-none-match': paid.etag! });
    expect(unchanged.status).toBe(304);
    expect(await told(rideId, 7)).toEqual([
      'RideRequested',
      'RideOffered',
      'RideAccepted',
      'RidePickedUp',
      'RidePositionsRecorded',
      'RideCompleted',
      'RidePaid',
    ]);
  });

  it('asks the next nearest when a driver declines, nobody twice, and ends when nobody is left', async () => {
    const at = island();
    const [first, second, rideId] = [name('first'), name('second'), name('ride')];
    await dispatch.park({ [second]: at(500), [first]: at(100) });
    expect((await dispatch.request(name('ben'), at(0), { rideId })).body).toMatchObject({ taxiId: first });
    expect((await dispatch.act(rideId, 'decline', { taxiId: first })).body).toMatchObject({
      status: 'offered',
      taxiId: second,
      offers: 2,
    });
    expect((await dispatch.act(rideId, 'decline', { taxiId: first })).body).toMatchObject({
      taxiId: second,
      offers: 2,
    });
    const over = await dispatch.act(rideId, 'cancel', { by: 'driver', reason: 'lunch' });
    expect(over.body).toMatchObject({ status: 'unfulfilled', taxiId: null });
    expect(await told(rideId, 6)).toEqual([
      'RideRequested',
      'RideOffered',
      'RideOfferDeclined',
      'RideOffered',
      'RideOfferDeclined',
      'RideUnfulfilled',
    ]);
    expect(await dispatch.near(at(0), 2)).toEqual([first, second]);
  });

  it('frees the taxi of a ride that is called off, and charges a rider who is late', async () => {
    const at = island();
    const [taxi, early, late] = [name('taxi'), name('early'), name('late')];
    await dispatch.park({ [taxi]: at(100) });
    expect((await dispatch.request(name('eve'), at(0), { rideId: early })).body).toMatchObject({ taxiId: taxi });
    expect((await dispatch.act(early, 'cancel', { by: 'rider' })).body).toMatchObject({
      status: 'cancelled',
      charge: { amount: '0.00' },
    });
    expect((await dispatch.request(name('eve'), at(0), { rideId: late })).body).toMatchObject({ taxiId: taxi });
    await dispatch.act(late, 'accept', { taxiId: taxi, occurredAt: '2013-01-01T05:00:00Z' });
    const called = await dispatch.act(late, 'cancel', { by: 'rider', occurredAt: '2013-01-01T05:02:01Z' });
    expect(called.body).toMatchObject({
      status: 'cancelled',
      cancelledBy: 'rider',
      charge: { amount: '5.00', currency: 'USD' },
    });
    expect(await dispatch.near(at(0), 1)).toEqual([taxi]);
  });

  it('makes one ride of a request that comes again under its key', async () => {
    const at = island();
    const key = { 'idempotency-key': randomUUID() };
    const userId = name('ann');
    const answers = await Promise.all([1, 2, 3].map(() => dispatch.request(userId, at(0), {}, key)));
    expect(new Set(answers.map(({ body }) => body.rideId)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers[0]!.body).toMatchObject({ status: 'unfulfilled' });
    expect(await dispatch.request(name('ben'), at(0), {}, key)).toMatchObject({ status: 422 });
  });

  it('answers each position of a batch, keeps those that are right, and refuses what is none', async () => {
    const at = island();
    const [ann, taxi] = [name('ann'), name('taxi')];
    const users = await dispatch.send('POST', '/users/positions', {
      positions: [
        { userId: ann, ...at(0) },
        { userId: ann, latitude: 91, longitude: 0 },
      ],
    });
    expect(users).toMatchObject({
      status: 200,
      body: { results: [{ status: 'recorded' }, { status: 'refused', problem: { status: 400 } }] },
    });
    await reader.take<{ userId: string }>(topics.userPosition, ({ value }) => value.userId === ann, 1);
    const mixed = [
      { taxiId: taxi, ...at(0), available: true },
      { taxiId: taxi, ...at(0) },
      { taxiId: 'a b', ...at(0), available: true },
      { taxiId: taxi, ...at(0), available: true, occurredAt: new Date(Date.now() + 3_600_000).toISOString() },
      'nonsense',
    ];
    const taxis = await dispatch.send<{ results: { status: string }[] }>('POST', '/taxis/positions', {
      positions: mixed,
    });
    expect(taxis.body.results.map(({ status }) => status)).toEqual([
      'recorded',
      'refused',
      'refused',
      'refused',
      'refused',
    ]);
    expect(await dispatch.near(at(0), 1)).toEqual([taxi]);
    const tooMany = Array.from({ length: 1_001 }, () => mixed[0]);
    expect(await dispatch.send('POST', '/taxis/positions', { positions: tooMany })).toMatchObject({ status: 400 });
    expect(await dispatch.send('POST', `/taxis/${taxi}/position`, { ...at(100), available: false })).toMatchObject({
      status: 204,
    });
    expect(await dispatch.near(at(0), 1)).not.toContain(taxi);
    const box = `south=9&north=11&west=${at(0).longitude - 1}&east=${at(0).longitude + 1}`;
    expect((await dispatch.send('GET', `/taxis?${box}`)).body).toMatchObject({
      items: [{ taxiId: taxi, available: false, rideId: null }],
      truncated: false,
    });
    for (const pickup of [undefined, [], 'here', { latitude: 'north', longitude: 0 }, { latitude: 1 }])
      expect(await dispatch.send('POST', '/rides', { userId: ann, pickup })).toMatchObject({ status: 400 });
    expect(await dispatch.send('GET', '/taxis/near?latitude=1')).toMatchObject({ status: 400 });
    expect(await dispatch.ride(name('ride'))).toMatchObject({ status: 404 });
  });

  it('pages through rides that are not over, the latest first', async () => {
    const at = island();
    const rideIds = [1, 2, 3, 4, 5].map((number) => name(`ride-${number}`));
    await dispatch.park(Object.fromEntries(rideIds.map((rideId, index) => [name('taxi'), at(index)])));
    for (const rideId of rideIds) await dispatch.request(name('ann'), at(0), { rideId });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: { items: { rideId: string }[]; nextCursor: string | null } } = await dispatch.send(
        'GET',
        `/rides?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...body.items.map(({ rideId }) => rideId));
      cursor = body.nextCursor;
    }
    expect(seen.filter((rideId) => rideIds.includes(rideId))).toEqual(rideIds.toReversed());
    expect(new Set(seen).size).toBe(seen.length);
  });
});
