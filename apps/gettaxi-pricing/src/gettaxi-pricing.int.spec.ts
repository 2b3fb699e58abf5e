import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  rideCompleted,
  rideFareCalculated,
  ridePickedUp,
  ridePositionsRecorded,
  topics,
  type TopicEvent,
} from '@headwater/contracts';
import { type RunningService } from '@headwater/service-kit';
import { startBroker, startPostgres, TopicReader, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { positionOf, requestOf, rideAsked, taxiFree } from '../fixtures/city-events.ts';
import { Dispatch, startPricing, untilReady, type Around } from '../fixtures/pricing-service.ts';
import { metersPerMile } from './fare/meter.ts';
import { zoneOf, type Place } from './zone/zones.ts';

jest.setTimeout(120_000);

const timesSquare = { latitude: 40.758, longitude: -73.9855 };
const zone = zoneOf(timesSquare, 8)!;
const airport = { latitude: 40.6413, longitude: -73.7781 };
const minuteMs = 60_000;
const windowMs = 300_000;
/** The end of a window, where it counts in full. */
const pricedAtMs = Math.floor(Date.now() / windowMs) * windowMs - 1;
/** Degrees of latitude in a mile. */
const mile = metersPerMile / 111_195.08;

type RideEvent = TopicEvent<typeof topics.rideEvents>;

/** Two miles north at 30 mph from a moment on, a position each 10 seconds. */
function ride(
  rideId: string,
  atMs: number,
  { quoteId, outlier = false }: { quoteId?: string; outlier?: boolean } = {},
) {
  const placeAt = (second: number): Place => ({
    ...timesSquare,
    latitude: timesSquare.latitude + (second * mile) / 120,
  });
  const occurredAt = (second: number): Date => new Date(atMs + second * 1_000);
  const positions = [60, 70, 80, 120, 200].map((second) => ({ ...placeAt(second), occurredAt: occurredAt(second) }));
  if (outlier) positions[2] = { ...positions[2]!, longitude: 0 };
  const facts = { rideId, taxiId: 'taxi' };
  const events: RideEvent[] = [
    requestOf({ ...rideAsked(rideId, timesSquare, atMs), ...(quoteId === undefined ? {} : { quoteId }) }),
    {
      name: ridePickedUp.name,
      value: { ...facts, eventId: `${rideId}/up`, place: placeAt(0), occurredAt: occurredAt(0) },
    },
    {
      name: ridePositionsRecorded.name,
      value: { ...facts, eventId: `${rideId}/on`, positions, occurredAt: occurredAt(200) },
    },
    {
      name: rideCompleted.name,
      value: {
        ...facts,
        eventId: `${rideId}/done`,
        userId: 'rider',
        quoteId: quoteId ?? null,
        place: placeAt(240),
        pickedUpAt: occurredAt(0),
        occurredAt: occurredAt(240),
      },
    },
  ];
  return events;
}

describe('gettaxi-pricing', () => {
  let broker: RunningBroker;
  let postgres: RunningPostgres;
  let around: Around;
  let running: RunningService;
  let dispatch: Dispatch;
  let fares: TopicReader;

  beforeAll(async () => {
    [broker, postgres] = await Promise.all([startBroker({ flush: 'os' }), startPostgres()]);
    around = { kafka: broker, databaseUrl: await postgres.createDatabase('gettaxi_pricing') };
    dispatch = await Dispatch.open(broker);
    running = await startPricing(around);
    fares = await TopicReader.start(broker, [topics.rideFares]);
  });
  afterAll(async () => {
    await fares.close();
    await dispatch[Symbol.asyncDispose]();
    await running.close();
    await Promise.all([broker.close(), postgres.close()]);
  });

  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${running.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answered = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body: answered };
  }

  /** The zone's price once so many were counted. */
  async function priceOf(demand: number, supply: number): Promise<Record<string, unknown>> {
    for (;;) {
      const { body } = await ask('GET', `/zones/${zone}/surge`);
      if (body['demand'] === demand && body['supply'] === supply) return body;
      await delay(50);
    }
  }

  const quote = (headers: Record<string, string> = {}, pickup: Place = timesSquare) =>
    ask('POST', '/quotes', { pickup, dropOff: airport }, headers);

  async function fareOf(rideId: string) {
    await fares.take(topics.rideFares, ({ key }) => key === rideId, 1);
    return (await ask('GET', `/rides/${rideId}/fare`)).body;
  }

  it('prices a zone by its requests and free taxis, and tells the map', async () => {
    expect((await ask('GET', `/zones/${zone}/surge`)).body).toMatchObject({
      zone,
      surge: 1,
      demand: 0,
      windowStart: null,
    });
    const rides = Array.from({ length: 20 }, (_, index) => `asked-${index}`).map((rideId) =>
      requestOf(rideAsked(rideId, timesSquare, pricedAtMs)),
    );
    await dispatch.tell(topics.rideEvents, rides);
    await dispatch.tell(topics.taxiPosition, [positionOf(taxiFree('taxi', timesSquare, pricedAtMs))]);
    const price = await priceOf(20, 1);
    expect(price).toMatchObject({ zone, signal: 1, surge: 2, isFinal: false });
    expect(price['boundary']).toHaveLength(6);
    const { body } = await ask('GET', '/zones?limit=1');
    expect(body).toMatchObject({ zones: [{ zone, surge: 2 }], nextCursor: null });
  });

  it('prices a ride that nobody was quoted for by the surge of its zone when it was requested', async () => {
    await dispatch.tell(topics.rideEvents, [...ride('unquoted', pricedAtMs), ...ride('before', pricedAtMs - windowMs)]);
    expect(await fareOf('unquoted')).toMatchObject({ quoteId: null, surge: 2, entry: '2.50', metered: '5.00' });
    expect(await fareOf('before')).toMatchObject({ quoteId: null, surge: 1 });
  });

  it('pages through the zones', async () => {
    const far = { latitude: 40.7, longitude: -74.1 };
    await dispatch.tell(topics.taxiPosition, [positionOf(taxiFree('far', far, Date.now() - windowMs))]);
    const zones: string[] = [];
    for (let cursor = ''; zones.length < 2;) {
      const { body } = await ask('GET', `/zones?limit=1${cursor}`);
      const page = body as { zones: { zone: string }[]; nextCursor: string | null };
      if (cursor === '') zones.length = 0;
      zones.push(...page.zones.map((each) => each.zone));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    }
    expect(zones).toEqual([zone, zoneOf(far, 8)!].sort());
    expect(await ask('GET', '/zones?cursor=nonsense')).toMatchObject({ status: 400 });
    expect(await ask('GET', '/zones?limit=5000')).toMatchObject({ status: 400 });
  });

  it('raises a price by what is known from outside', async () => {
    const before = Number((await ask('GET', `/zones/${zone}/surge`)).body['surge']);
    const signal = { factor: 3, reason: 'a concert ends' };
    expect(await ask('PUT', `/zones/${zone}/signal`, signal)).toMatchObject({ status: 204 });
    while ((await ask('GET', `/zones/${zone}/surge`)).body['signal'] !== 3) await delay(50);
    expect((await ask('GET', `/zones/${zone}/surge`)).body['surge']).toBeGreaterThanOrEqual(before);
    expect(await ask('PUT', `/zones/${zone}/signal`, { factor: 0, reason: 'nothing' })).toMatchObject({ status: 400 });
    expect(await ask('PUT', '/zones/882a100d25fffffff/signal', signal)).toMatchObject({ status: 404 });
    expect(await ask('GET', '/zones/872a1008bffffff/surge')).toMatchObject({ status: 404 });
  });

  it('quotes a price once for each key, and what was quoted is honored after a restart', async () => {
    const first = await quote({ 'idempotency-key': 'q-1' });
    expect(first).toMatchObject({ status: 201, body: { zone, currency: 'USD' } });
    expect(first.body['surge']).toBeGreaterThan(1);
    expect(first.headers.get('location')).toBe(`/quotes/${String(first.body['quoteId'])}`);
    expect((await quote({ 'idempotency-key': 'q-1' })).body).toEqual(first.body);
    expect((await quote({ 'idempotency-key': 'q-1' }, airport)).status).toBe(422);
    expect((await quote({}, { latitude: 91, longitude: 0 })).status).toBe(400);
    await running.close();
    running = await startPricing(around);
    expect((await ask('GET', `/quotes/${String(first.body['quoteId'])}`)).body).toEqual(first.body);
    expect((await ask('GET', '/quotes/none')).status).toBe(404);
    const quoteId = String(first.body['quoteId']);
    await dispatch.tell(
      topics.rideEvents,
      ride('quoted', Date.parse(String(first.body['expiresAt'])) - 1, { quoteId }),
    );
    expect(await fareOf('quoted')).toMatchObject({ quoteId, surge: first.body['surge'] });
  });

  it('computes the fare of a ride from its positions, without those that no taxi can have been at', async () => {
    // New York's winter: noon there.
    const noonMs = Date.parse('2013-01-02T17:00:00Z');
    await dispatch.tell(topics.rideEvents, [...ride('ride', noonMs), ...ride('noisy', noonMs, { outlier: true })]);
    expect(await fareOf('ride')).toEqual({
      rideId: 'ride',
      amount: '8.00',
      currency: 'USD',
      entry: '2.50',
      metered: '5.00',
      surge: 1,
      night: '0.00',
      tax: '0.50',
      quoteId: null,
      units: 10,
      distanceMeters: 3219,
      durationMs: 4 * minuteMs,
      positions: 7,
      outliers: 0,
      gaps: 0,
      completedAt: new Date(noonMs + 4 * minuteMs).toISOString(),
    });
    expect(await fareOf('noisy')).toMatchObject({ amount: '8.00', positions: 6, outliers: 1 });
    expect((await ask('GET', '/rides/unknown/fare')).status).toBe(404);
  });

  it('does not honor a quote that had run out, is for elsewhere, or does not exist', async () => {
    const { body } = await quote();
    const elsewhere = await quote({}, airport);
    const atMs = Date.parse(String(body['expiresAt']));
    const quotes = {
      late: String(body['quoteId']),
      elsewhere: String(elsewhere.body['quoteId']),
      none: 'no-such-quote',
    };
    for (const [rideId, quoteId] of Object.entries(quotes)) {
      await dispatch.tell(topics.rideEvents, ride(rideId, rideId === 'late' ? atMs : atMs - minuteMs, { quoteId }));
      const fare = await fareOf(rideId);
      expect(fare).toMatchObject({ quoteId: null });
      // It pays what the zone costs.
      expect(fare['surge']).toBeGreaterThan(1);
    }
  });

  it('tells each fare once, however often the events of a ride come', async () => {
    const atMs = Date.parse('2013-01-02T17:00:00Z');
    const events = ride('again', atMs);
    for (let copy = 0; copy < 3; copy++) await dispatch.tell(topics.rideEvents, events);
    // A ride behind the copies in each partition tells that they were read.
    for (let partition = 0; partition < topics.rideEvents.partitions; partition++) {
      await dispatch.tell(topics.rideEvents, ride(`last-${partition}`, atMs), partition);
      await fareOf(`last-${partition}`);
    }
    const told = fares.seen(topics.rideFares, ({ key }) => key === 'again');
    expect(told).toMatchObject([
      { name: rideFareCalculated.name, value: { rideId: 'again', amount: '8.00', units: 10 } },
    ]);
  });

  it('describes itself, its health and its configuration', async () => {
    const { body } = await ask('GET', '/docs/openapi.json');
    expect(Object.keys(body['paths'] as object).sort()).toEqual([
      '/quotes',
      '/quotes/{quoteId}',
      '/rides/{rideId}/fare',
      '/zones',
      '/zones/{zone}/signal',
      '/zones/{zone}/surge',
      '/zones/{zone}/windows',
    ]);
    await untilReady(running.url);
    expect((await ask('GET', '/health/ready')).body).toMatchObject({
      checks: { streams: { ok: true }, prices: { ok: true }, kafka: { ok: true } },
    });
    await expect(startPricing({ ...around, environment: { SURGE_CAP_PERCENT: '99' } })).rejects.toThrow(
      /SURGE_CAP_PERCENT/,
    );
  });
});
