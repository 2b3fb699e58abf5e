import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { row, type Bench, type BenchOptions, type Row } from '../bench.ts';
import { percentile } from '../statistics.ts';
import { judge, valueAtLeast, valueAtMost } from '../target.ts';
import { PricingStage, type TaxiAt } from './stage.ts';

const taxis = 10_000;
const perRequest = 2_000;
/** A taxi reports so often, in event time. */
const reportEveryMs = 5_000;
const targetPerSecond = 20_000;
const targetMs = 1_000;
const pollMs = 1;
/** Two transactions of 100 ms lie between a position and its price, and how they are timed is chance: rounds are spread over them. */
const roundPauseMs = 37;
/** Where no taxi of the load is. */
const elsewhere = { latitude: 41.5, longitude: -73 };

/** How many positions gettaxi-pricing takes, and how soon a price follows. */
export const pricingBench: Bench = {
  name: 'pricing',
  about:
    'gettaxi-pricing on a broker that syncs to disk, exactly once. Topology: positions of 10,000 taxis that drive about a city and report ' +
    'every 5 seconds of event time, from the first one written until the prices hold the last. Change: from sending a position of a ' +
    'taxi that its zone did not have until the new price is read from the topic, while nothing else happens.',
  rows,
};

async function* rows({ quick, wants, onProgress }: BenchOptions): AsyncIterable<Row> {
  if (!wants('pricing/topology') && !wants('pricing/change')) return;
  onProgress('pricing: starting broker, database and service');
  const made = await PricingStage.with(async (stage) => {
    const found: Row[] = [];
    if (wants('pricing/change')) found.push(await changeRow(stage, quick ? 20 : 200));
    onProgress('pricing/topology: positions of 10,000 taxis');
    if (wants('pricing/topology')) found.push(await topologyRow(stage, quick ? 60_000 : 1_000_000));
    return found;
  });
  yield* made;
}

async function changeRow(stage: PricingStage, rounds: number): Promise<Row> {
  const zone = await stage.zoneAt(elsewhere);
  const atMs = Date.now();
  const writer = await stage.client.openWriter();
  const latenciesMs: number[] = [];
  try {
    // Of the first rounds nothing is told: the service has just begun.
    for (let round = -10; round < rounds; round++) {
      const before = stage.priceOf(zone)?.supply ?? 0;
      const startedMs = performance.now();
      await writer.write(topics.taxiPosition.name, [stage.record({ ...elsewhere, taxiId: `change-${round}`, atMs })]);
      while ((stage.priceOf(zone)?.supply ?? 0) === before) await delay(pollMs);
      if (round >= 0) latenciesMs.push(performance.now() - startedMs);
      await delay(roundPauseMs);
    }
  } finally {
    await writer.close();
  }
  const made = row('pricing/change/p99', percentile(latenciesMs, 0.99), 'ms', null);
  const target = judge(valueAtMost(targetMs), made.value, null, 'ms');
  const note = `p50 ${percentile(latenciesMs, 0.5).toFixed(0)} ms`;
  return { ...made, better: 'less', note, ...(target && { target }) };
}

async function topologyRow(stage: PricingStage, count: number): Promise<Row> {
  const zone = await stage.zoneAt({ ...elsewhere, longitude: -72 });
  const beginMs = Date.now() + 600_000;
  const endMs = beginMs + Math.floor(count / taxis) * reportEveryMs;
  const writer = await stage.client.openWriter();
  try {
    const { name, partitions } = topics.taxiPosition;
    const startedMs = performance.now();
    for (let from = 0; from < count; from += perRequest) {
      const length = Math.min(perRequest, count - from);
      await writer.write(
        name,
        Array.from({ length }, (_, index) => stage.record(positionAt(from + index, beginMs))),
      );
    }
    // One behind the others in each partition: when the zone has all of them, everything before was read.
    const last = Array.from({ length: partitions }, (_, partition): TaxiAt => ({
      ...elsewhere,
      longitude: -72,
      taxiId: `last-${partition}`,
      atMs: endMs,
      partition,
    }));
    await writer.write(
      name,
      last.map((each) => stage.record(each)),
    );
    while (stage.priceOf(zone)?.supply !== partitions) await delay(pollMs);
    const seconds = (performance.now() - startedMs) / 1_000;
    const made = row('pricing/topology', count / seconds, 'positions/s', null);
    const target = judge(valueAtLeast(targetPerSecond), made.value, null, 'positions/s');
    return { ...made, note: `${count.toLocaleString('en-US')} positions`, ...(target && { target }) };
  } finally {
    await writer.close();
  }
}

/** Taxis in turn, each on its way through a city of 20 by 10 kilometers. */
function positionAt(number: number, beginMs: number): TaxiAt {
  const taxi = number % taxis;
  const step = Math.floor(number / taxis);
  const angle = (taxi * 2.399_963 + step * 0.01) % (2 * Math.PI);
  const far = ((taxi * 7) % 1_000) / 1_000;
  return {
    taxiId: `taxi-${taxi}`,
    latitude: 40.75 + 0.09 * far * Math.sin(angle),
    longitude: -73.97 + 0.06 * far * Math.cos(angle),
    atMs: beginMs + step * reportEveryMs,
  };
}
