import { Outbox, OutboxRelay, type RelayObserver } from '@headwater/event-sourcing';
import { KafkaOutboxPublisher, type MessageProducer } from '@headwater/messaging';
import { type BenchOptions, row, type Row } from '../bench.ts';
import { median } from '../statistics.ts';
import { messageOf, topic, type Stage } from './stage.ts';

const rowsPerInsert = 1000;

/** Events a second from a full outbox, and the delay of a lone one, against the producer without an outbox. */
export async function* publishRows(stage: Stage, { quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const [rounds, events, lone] = quick ? [1, 5_000, 20] : [5, 50_000, 100];
  const direct: number[] = [];
  const relayed: number[] = [];
  const directMs: number[] = [];
  const relayedMs: number[] = [];
  await produceDirectly(stage.producer, events / 10);
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`relay/publish round ${round + 1} of ${rounds}`);
    direct.push(await produceDirectly(stage.producer, events));
    relayed.push(await drainOutbox(stage, events));
    onProgress(`relay/latency round ${round + 1} of ${rounds}`);
    directMs.push(await directLatencyMs(stage.producer, lone));
    relayedMs.push(await relayLatencyMs(stage, lone));
  }
  yield row('relay/publish', median(relayed), 'events/s', median(direct));
  yield { ...row('relay/latency', median(relayedMs), 'ms', median(directMs)), better: 'less' };
}

function send(producer: MessageProducer, number: number): Promise<void> {
  const { key, payload } = messageOf(number);
  return producer.sendEncoded({ topic, key, value: payload });
}

async function produceDirectly(producer: MessageProducer, events: number): Promise<number> {
  const startedMs = performance.now();
  const sent: Promise<void>[] = [];
  for (let number = 0; number < events; number += 1) sent.push(send(producer, number));
  await Promise.all(sent);
  return (events / (performance.now() - startedMs)) * 1000;
}

async function directLatencyMs(producer: MessageProducer, events: number): Promise<number> {
  const delaysMs: number[] = [];
  for (let number = 0; number < events; number += 1) {
    const startedMs = performance.now();
    await send(producer, number);
    delaysMs.push(performance.now() - startedMs);
  }
  return median(delaysMs);
}

/** Fills the outbox, starts a relay and stops it when all is acknowledged. */
async function drainOutbox(stage: Stage, events: number): Promise<number> {
  const outbox = new Outbox(stage.dataSource);
  for (let first = 0; first < events; first += rowsPerInsert) {
    const messages = Array.from({ length: rowsPerInsert }, (_, index) => messageOf(first + index));
    await outbox.publish(stage.dataSource, messages);
  }
  const all = Promise.withResolvers<undefined>();
  let published = 0;
  const relay = startRelay(stage, {
    published: (_topic, records) => {
      published += records.length;
      if (published >= events) all.resolve(undefined);
    },
  });
  const startedMs = performance.now();
  await all.promise;
  const perSecond = (events / (performance.now() - startedMs)) * 1000;
  await relay.stop();
  await stage.dataSource.query('TRUNCATE outbox');
  return perSecond;
}

async function relayLatencyMs(stage: Stage, events: number): Promise<number> {
  const outbox = new Outbox(stage.dataSource);
  let acknowledged = Promise.withResolvers<undefined>();
  const relay = startRelay(stage, { published: () => acknowledged.resolve(undefined) });
  const delaysMs: number[] = [];
  for (let number = -1; number < events; number += 1) {
    acknowledged = Promise.withResolvers<undefined>();
    await outbox.publish(stage.dataSource, [messageOf(number + 1)]);
    const startedMs = performance.now();
    await acknowledged.promise;
    // The first one waits for the relay's start.
    if (number >= 0) delaysMs.push(performance.now() - startedMs);
  }
  await relay.stop();
  await stage.dataSource.query('TRUNCATE outbox');
  return median(delaysMs);
}

function startRelay(stage: Stage, observer: RelayObserver): OutboxRelay {
  const relay = new OutboxRelay(stage.dataSource, new KafkaOutboxPublisher(stage.producer), { observer });
  relay.start();
  return relay;
}
