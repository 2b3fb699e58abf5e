/** Processors from Kafka to Kafka with unreliable handlers, while they and the broker end at random. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { createKafkajsClient, systemClock, type KafkaClient } from '@headwater/messaging';
import { BrokerHost } from '../broker-host.ts';
import { drillTopic } from '../consumer/drill-topic.ts';
import { Load } from '../consumer/load.ts';
import { Crew } from '../crew.ts';
import { DrillProcess } from '../drill-process.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { CommittedResults } from './committed-results.ts';
import type { ProcessorReport, ProcessorSetup } from './processor-main.ts';
import { groupOf, kinds } from './results.ts';

/** Nothing happens any more when nothing has happened for so long. */
const patienceMs = 90_000;
const mostResidentBytes = 500 * 1024 * 1024;

type Fault = (crew: Crew<ProcessorReport>, host: BrokerHost, random: Random) => Promise<void>;

const faults: Readonly<Record<string, Fault>> = {
  'processors killed': (crew, _host, random) => crew.killOne(random),
  rebalances: (crew, _host, random) => crew.addOrEndOne(random),
  'processors frozen': (crew, _host, random) => crew.freezeOne(random),
  'brokers killed': (_crew, host, random) => host.kill(() => delay(random.below(2_000))),
};

export const exactlyOnceDrill: Drill = {
  name: 'exactly-once',
  about: 'processors from Kafka to Kafka and the broker end: each message has one result, in order',
  details: `Processors, each a process, turn each message of one topic into one of another with delivery exactly-once, message by message
and in batches. Handlers send and then fail, now and then, or for good: such messages become dead letters. Each round one of
these happens: a processor is killed, comes, goes or stands still beyond its session and goes on, or the broker is killed.

Checked, by a reader of what is committed that reads all the while: each message has its result or its dead letter, once; each
key's are in its order; at the end the groups have committed the whole input; processors keep their memory.`,
  options: [
    { name: 'rounds', standard: 25, about: 'faults, one after another' },
    { name: 'events', standard: 600, about: 'messages that are produced in each round' },
  ],
  run,
};

async function run({ numbers, seed, folder, onProgress }: DrillRun): Promise<Summary> {
  Logger.overrideLogger(false);
  const random = new Random(seed);
  const counts: Record<string, number> = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
  const peak = { residentBytes: 0 };
  await using stack = new AsyncDisposableStack();
  const host = await BrokerHost.open(path.join(folder, 'broker'));
  stack.defer(() => host.close());
  const { broker, registryUrl } = host;
  const load = await Load.open(host, random.fork());
  stack.defer(() => load.close());
  const crew = new Crew(
    () =>
      new DrillProcess<ProcessorReport>(
        'exactly-once/processor-main',
        { seed, broker, registryUrl } satisfies ProcessorSetup,
        ({ residentBytes }) => (peak.residentBytes = Math.max(peak.residentBytes, residentBytes)),
      ),
  );
  stack.defer(() => crew.close());
  crew.add();
  crew.add();
  await Promise.all(crew.members.map(({ ready }) => ready));
  const client = createKafkajsClient({ clientId: 'drill-reader', bootstrapServers: [broker], clock: systemClock });
  const committed = kinds.map((kind) => new CommittedResults(kind, seed, client));
  for (const each of committed) stack.defer(() => each.close());
  for (let round = 1; round <= numbers['rounds']!; round++) {
    const name = random.pick(Object.keys(faults));
    onProgress(`round ${round}: ${name}, ${load.events} messages`);
    counts[name] = counts[name]! + 1;
    await Promise.all([load.produce(numbers['events']!), faults[name]!(crew, host, random.fork())]);
  }
  await load.settle();
  await seeAllThrough(load, committed, client, crew, onProgress);
  for (const each of committed) each.seen();
  promise(
    peak.residentBytes < mostResidentBytes,
    'a processor keeps its memory',
    () => `one took ${peak.residentBytes} bytes`,
  );
  const [single] = committed;
  return {
    messages: load.events,
    results: single!.results,
    'dead letters': single!.deadLetters,
    ...counts,
    'largest processor, MiB': Math.round(peak.residentBytes / 1024 / 1024),
  };
}

/** @throws Violation when nothing has happened for a long time, or something happened twice. */
async function seeAllThrough(
  load: Load,
  committed: readonly CommittedResults[],
  client: KafkaClient,
  crew: Crew<ProcessorReport>,
  onProgress: (line: string) => void,
): Promise<void> {
  let before = '';
  let changedMs = performance.now();
  for (;;) {
    const counts = committed.map((each) => each.seen());
    const lags = await Promise.all(kinds.map((kind) => lagOf(client, groupOf(kind))));
    const state = `outcomes ${counts.join(', ')} of ${load.events}; not committed ${lags.join(', ')}`;
    onProgress(state);
    const isDone = counts.every((count) => count === load.events) && lags.every((lag) => lag === 0);
    // Nothing may follow.
    if (isDone && (await Promise.all(committed.map((each) => each.isThrough()))).every(Boolean)) break;
    if (state !== before) changedMs = performance.now();
    before = state;
    promise(performance.now() - changedMs < patienceMs, 'each message has its outcome', () =>
      [state, ...crew.members.map(({ log, last }) => `${last?.states}\n${log.slice(-3_000)}`)].join('\n'),
    );
    await delay(200);
  }
}

/** Messages of the input that the group has not committed; of one whose offsets are not decided, or while the broker is away, -1. */
async function lagOf(client: KafkaClient, group: string): Promise<number> {
  const partitions = Array.from({ length: drillTopic.partitions }, (_, partition) => partition);
  const reader = client.openLogReader(
    { isolation: 'read-committed', maxWaitMs: 100, maxBytesPerPartition: 1, maxBufferedBytesPerPartition: 1 },
    { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
  );
  try {
    const ends = await reader.offsets(drillTopic.name, partitions);
    const committed = await client.committedOffsets(group, drillTopic.name, partitions);
    let lag = 0;
    for (const [partition, { latest }] of ends) lag += latest - Math.max(0, Number(committed.get(partition)));
    return lag;
  } catch {
    return -1;
  } finally {
    await reader.close();
  }
}
