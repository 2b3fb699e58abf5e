/** From a watch that is sent until the user's recommendations are others: as they are asked for, and as they are published. */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { showDescribed, showPosition, topics, type RecommendationsChanged } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { contractTopic, openTable } from '@headwater/streams';
import { row, type BenchOptions, type Row } from '../bench.ts';
import { startServer } from '../load/child.ts';
import { withKafka, type Kafka } from '../resume/service.ts';
import { percentile } from '../statistics.ts';
import { judge, valueAtMost } from '../target.ts';
import { repositoryRoot } from './model.ts';

const users = 2_000;
const shows = 500;
const pollMs = 2;
const targetMs = 1_000;

interface Latencies {
  readonly answered: readonly number[];
  readonly published: readonly number[];
}

export async function* changeRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  onProgress('recommendation/change: starting broker and service');
  const { answered, published } = await withKafka((kafka) => measure(kafka, quick ? 50 : 500));
  yield rowOf('answered', answered);
  yield rowOf('published', published);
}

function rowOf(name: string, latenciesMs: readonly number[]): Row {
  const made = row(`recommendation/change/${name}/p99`, percentile(latenciesMs, 0.99), 'ms', null);
  const target = judge(valueAtMost(targetMs), made.value, null, 'ms');
  const note = `p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms`;
  return { ...made, better: 'less', note, ...(target && { target }) };
}

async function measure(kafka: Kafka, rounds: number): Promise<Latencies> {
  const { bootstrapServers, registryUrl } = kafka;
  const client = createKafkajsClient({ clientId: 'bench', bootstrapServers: [bootstrapServers], clock: systemClock });
  const codec = new EventCodec(registryUrl);
  const filled = [topics.shows, topics.showPosition, topics.recommendations];
  await new TopicSetup(client).ensure(filled);
  await codec.register(filled);
  const producer = new MessageProducer(client, codec);
  await fill(producer);
  const service = await startServer(
    [resolve(repositoryRoot, 'apps/movieflix-recommendation/dist/main.js')],
    undefined,
    {
      PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
      SCHEMA_REGISTRY_URL: registryUrl,
    },
  );
  const table = await openTable(client, contractTopic(topics.recommendations, codec));
  const url = /=(http\S+)/.exec(service.readyLine)![1]!;
  try {
    while (!(await fetch(`${url}/health/ready`)).ok) await delay(pollMs);
    const newest = (userId: string): RecommendationsChanged | undefined => table.get(userId)?.value;
    // Whoever had no list gets one; only then are further ones changes.
    for (let user = 0; user < users; user++) while (!newest(`user-${user}`)) await delay(pollMs);
    const answered: number[] = [];
    const published: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const userId = `user-${(round * 7) % users}`;
      const [first] = newest(userId)!.items;
      const startedMs = performance.now();
      const sent = watch(producer, userId, first!.showId, Date.now());
      await Promise.all([
        sent,
        untilOther(url, userId, first!.showId).then(() => answered.push(performance.now() - startedMs)),
        untilNew(() => newest(userId), first!.showId).then(() => published.push(performance.now() - startedMs)),
      ]);
    }
    return { answered, published };
  } finally {
    await table.close();
    await producer.close();
    await service.stop();
  }
}

/** Until what was watched is recommended no more. */
async function untilOther(url: string, userId: string, showId: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/users/${userId}/recommendations`);
    const { items } = (await response.json()) as { readonly items: readonly { readonly showId: string }[] };
    if (items.every((item) => item.showId !== showId)) return;
  }
}

async function untilNew(newest: () => RecommendationsChanged | undefined, showId: string): Promise<void> {
  while (newest()?.items.some((item) => item.showId === showId)) await delay(pollMs);
}

async function fill(producer: MessageProducer): Promise<void> {
  const occurredAt = new Date();
  const described = Array.from({ length: shows }, (_, show) =>
    producer.send(topics.shows, showDescribed, {
      eventId: `show-${show}`,
      showId: `show-${show}`,
      title: `Show ${show}`,
      year: 2000,
      genres: [],
      occurredAt,
    }),
  );
  const watched = Array.from({ length: users }, (_, user) =>
    [1, 2, 3, 4, 5].map((each) => watch(producer, `user-${user}`, `show-${(user * each) % shows}`, Date.now() - 1_000)),
  );
  await Promise.all([...described, ...watched.flat()]);
}

function watch(producer: MessageProducer, userId: string, showId: string, atMs: number): Promise<void> {
  return producer.send(topics.showPosition, showPosition, {
    eventId: `${userId}|${showId}|${atMs}`,
    userId,
    showId,
    positionSeconds: 6_000,
    durationSeconds: 6_000,
    deviceId: 'tv',
    finished: true,
    occurredAt: new Date(atMs),
  });
}
