import { setTimeout as delay } from 'node:timers/promises';
import { answerOf, type RideAnswer, type TaxiStage } from '../../taxi/index.ts';
import { type BenchOptions, row, type Row } from '../bench.ts';
import { median, percentile } from '../statistics.ts';
import { judge, valueAtMost } from '../target.ts';
import { batchesInFlight, positionLoad } from './position-load.ts';
import { placeOf, taxiCount } from './taxis.ts';

const requestsPerSecond = 40;
const positionsPerSecond = 20_000;
const mostUnderWay = 16;
const warmUp = 200;
const metric = 'gettaxi_match_seconds';

interface Measured {
  /** How often so many seconds were enough, by the histogram of the service. */
  readonly matches: readonly Bucket[];
  readonly answeredMs: readonly number[];
}

/** Rides among 10,000 free taxis, which stand, and then report: each is called off as soon as it is offered, so that as many stay free. */
export async function matchRows(stage: TaxiStage, { quick, onProgress }: BenchOptions): Promise<Row[]> {
  const rides = quick ? 400 : 3_000;
  const [url = ''] = stage.urls;
  const load = positionLoad(url);
  await load.asFastAsAnswered(taxiCount, batchesInFlight);
  onProgress('dispatch/match: warming up');
  await askForRides(url, warmUp, 'warm');
  onProgress(`dispatch/match: ${rides} rides`);
  const alone = await measure(url, rides, 'alone');
  onProgress(`dispatch/match: as many beside ${positionsPerSecond} positions a second`);
  const reporting = load.atRate(positionsPerSecond, rides / requestsPerSecond);
  const beside = await measure(url, rides, 'beside');
  const taken = `${Math.round(await reporting).toLocaleString('en-US')} positions/s were accepted meanwhile`;
  return [...rowsOf('', alone, ''), ...rowsOf(' beside positions', beside, `; ${taken}`)];
}

async function measure(url: string, rides: number, name: string): Promise<Measured> {
  const before = await buckets(url);
  const answeredMs = await askForRides(url, rides, name);
  const after = await buckets(url);
  const matches = after.map(({ limit, count }, at) => ({ limit, count: count - (before[at]?.count ?? 0) }));
  return { matches, answeredMs };
}

function rowsOf(when: string, { matches, answeredMs }: Measured, meanwhile: string): Row[] {
  const count = matches.at(-1)?.count ?? 0;
  const ofMatch = {
    better: 'less',
    note: `${count} matches among ${taxiCount.toLocaleString('en-US')} taxis, by the histogram of the service${meanwhile}`,
  } as const;
  const ofRequest = { better: 'less', note: `${requestsPerSecond} requests a second${meanwhile}` } as const;
  const p99 = row(`dispatch/match${when}/p99`, quantile(matches, 0.99) * 1000, 'ms', null);
  return [
    { ...row(`dispatch/match${when}/p50`, quantile(matches, 0.5) * 1000, 'ms', null), ...ofMatch },
    { ...p99, ...ofMatch, ...(when === '' && { target: judge(valueAtMost(5), p99.value, null, p99.unit)! }) },
    { ...row(`dispatch/request${when}/p50`, median(answeredMs), 'ms', null), ...ofRequest },
    { ...row(`dispatch/request${when}/p99`, percentile(answeredMs, 0.99), 'ms', null), ...ofRequest },
  ];
}

/** At a steady rate, as long as not too many wait for their answers. @returns how long each answer took */
async function askForRides(url: string, rides: number, name: string): Promise<number[]> {
  const startedMs = performance.now();
  const tookMs: number[] = [];
  const underWay = new Set<Promise<void>>();
  for (let ride = 0; ride < rides; ride += 1) {
    await delay(Math.max(0, startedMs + (ride * 1000) / requestsPerSecond - performance.now()));
    const asking = askForRide(url, `${name}-${ride}`, ride)
      .then((took) => void tookMs.push(took))
      .finally(() => underWay.delete(asking));
    underWay.add(asking);
    if (underWay.size >= mostUnderWay) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return tookMs;
}

async function askForRide(url: string, rideId: string, number: number): Promise<number> {
  const request = { rideId, userId: `user-${number}`, pickup: placeOf(number + 0.5) };
  const startedMs = performance.now();
  const { body } = await answerOf<RideAnswer>('POST', `${url}/rides`, request, { 'idempotency-key': rideId });
  const tookMs = performance.now() - startedMs;
  if (body.status !== 'offered') throw new Error(`ride ${rideId} was answered as ${body.status}`);
  await answerOf('POST', `${url}/rides/${rideId}/cancel`, { by: 'rider' });
  return tookMs;
}

interface Bucket {
  /** Seconds, inclusive. */
  readonly limit: number;
  /** Observations up to the limit. */
  readonly count: number;
}

async function buckets(url: string): Promise<Bucket[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${metric}_bucket\\{le="([^"]+)",outcome="offered"\\} (\\d+)$`, 'gm'));
  return [...lines].map(([, limit, count]) => ({
    limit: limit === '+Inf' ? Infinity : Number(limit),
    count: Number(count),
  }));
}

/** As Prometheus does: within a bucket, observations are taken to lie evenly. */
function quantile(counted: readonly Bucket[], share: number): number {
  const rank = share * (counted.at(-1)?.count ?? 0);
  const at = counted.findIndex(({ count }) => count >= rank);
  const [below, found] = [counted[at - 1] ?? { limit: 0, count: 0 }, counted[at]];
  if (!found || found.limit === Infinity) return below.limit;
  const within = found.count === below.count ? 1 : (rank - below.count) / (found.count - below.count);
  return below.limit + (found.limit - below.limit) * within;
}
