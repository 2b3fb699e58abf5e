import { setTimeout as delay } from 'node:timers/promises';
import { taxiPosition, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock } from '@headwater/messaging';
import { answerOf, type TaxiStage } from '../../taxi/index.ts';
import { type BenchOptions, row, type Row } from '../bench.ts';
import { median, percentile } from '../statistics.ts';
import { judge, valueAtLeast, valueAtMost } from '../target.ts';
import { batchesInFlight, batchSize, positionLoad } from './position-load.ts';
import { positionOf } from './taxis.ts';

const ratePerSecond = 20_000;
const probeEveryMs = 100;
/** An index that falls behind does so by more and more. */
const mostBehindMs = 1_000;

/** Positions a second, and whether the index keeps up with 20,000 of them. */
export async function positionRows(stage: TaxiStage, { quick, onProgress }: BenchOptions): Promise<Row[]> {
  const [rounds, positions, seconds] = quick ? [1, 40_000, 3] : [3, 200_000, 20];
  const producer = await producerOf(stage);
  const load = positionLoad(stage.urls[0]!);
  await load.asFastAsAnswered(positions / 5, batchesInFlight);
  const taken: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`dispatch/positions round ${round + 1} of ${rounds}`);
    taken.push(await load.asFastAsAnswered(positions, batchesInFlight));
    direct.push(await straightToKafka(producer, positions));
  }
  onProgress('dispatch/positions: a steady 20,000 a second');
  const probing = new AbortController();
  const knownMs: number[] = [];
  const probes = probe(stage.urls[0]!, producer, knownMs, probing.signal);
  const sustained = await load.atRate(ratePerSecond, seconds);
  probing.abort();
  await probes;
  await producer.close();
  const value = median(taken);
  const accepted = row('dispatch/positions/accepted', value, 'positions/s', median(direct));
  const known = row('dispatch/positions/known/p99', percentile(knownMs, 0.99), 'ms', null);
  const note =
    `from sending one straight to the topic until the index answers with it, while ${Math.round(sustained)} positions/s ` +
    `were accepted; ${knownMs.length} probes`;
  return [
    { ...accepted, target: judge(valueAtLeast(ratePerSecond), accepted.value, accepted.ratio, accepted.unit)! },
    { ...row('dispatch/positions/known/p50', median(knownMs), 'ms', null), better: 'less', note },
    { ...known, better: 'less', note, target: judge(valueAtMost(mostBehindMs), known.value, null, known.unit)! },
  ];
}

async function producerOf({ bootstrapServers, registryUrl }: TaxiStage): Promise<MessageProducer> {
  const client = createKafkajsClient({
    clientId: 'bench-dispatch',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const codec = new EventCodec(registryUrl);
  await codec.register([topics.taxiPosition]);
  return new MessageProducer(client, codec);
}

async function straightToKafka(producer: MessageProducer, positions: number): Promise<number> {
  const startMs = Date.now() - 48 * 3_600_000;
  const startedMs = performance.now();
  const atOnce = batchSize * batchesInFlight;
  for (let first = 0; first < positions; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, positions - first) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => sendOne(producer, number, startMs)));
  }
  return (positions / (performance.now() - startedMs)) * 1000;
}

async function sendOne(producer: MessageProducer, number: number, startMs: number): Promise<void> {
  const { occurredAt, ...position } = positionOf(number, startMs);
  const event = { ...position, eventId: `${position.taxiId}-${occurredAt}`, occurredAt: new Date(occurredAt) };
  await producer.send(topics.taxiPosition, taxiPosition, event);
}

/** A lone taxi far away, now and then: it comes by the topic, as those do that other instances have recorded. */
async function probe(url: string, producer: MessageProducer, knownMs: number[], signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number += 1) {
    const place = { latitude: -60 + (number % 60), longitude: 100 + (number % 70) };
    const taxiId = `probe-${number}`;
    const startedMs = performance.now();
    const event = { ...place, taxiId, available: true, eventId: taxiId, occurredAt: new Date() };
    await producer.send(topics.taxiPosition, taxiPosition, event);
    const near = `${url}/taxis/near?latitude=${place.latitude}&longitude=${place.longitude}&limit=2`;
    for (;;) {
      const { body } = await answerOf<{ items: readonly { taxiId: string }[] }>('GET', near);
      if (body.items.some((taxi) => taxi.taxiId === taxiId)) break;
    }
    knownMs.push(performance.now() - startedMs);
    await delay(probeEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
