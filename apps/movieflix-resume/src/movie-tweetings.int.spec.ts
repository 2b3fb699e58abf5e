/** Recorded ratings of real people as watching, each list to continue compared with a plain script over the file. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startService, type RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import { AppModule } from './app.module.ts';
import { ResumeApi, type Report } from './resume.fixture.ts';
import { service } from './service.ts';

const folder = resolve(import.meta.dirname, '../../../../shared/data/movietweetings-100k');
const file = join(folder, 'ratings.dat');
const absence = existsSync(file) ? undefined : `there is no ${file}`;

const batchSize = 1_000;
const readersAtOnce = 16;
const limitMs = 600_000;

interface Rating {
  readonly userId: string;
  readonly showId: string;
  readonly rating: number;
  readonly second: number;
}

/** A quarter of them, the oldest; `npm start -- --replay` takes all. */
const taken = 25_000;

const ratings = (): Rating[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(0, taken)
    .map((line) => {
      const [userId, showId, rating, second] = line.split('::');
      return { userId: userId!, showId: showId!, rating: Number(rating), second: Number(second) };
    });

/** By user, show and time of what is begun and not finished, newest first. */
function expectedLists(all: readonly Rating[]): Map<string, string[]> {
  const newest = new Map<string, Rating>();
  for (const each of all) {
    const key = `${each.userId}|${each.showId}`;
    const held = newest.get(key);
    if (!held || each.second > held.second || (each.second === held.second && each.rating > held.rating))
      newest.set(key, each);
  }
  const lists = new Map<string, string[]>(all.map(({ userId }) => [userId, []]));
  const open = [...newest.values()].filter(({ rating }) => rating < 10);
  open.sort((one, other) => other.second - one.second || (one.showId < other.showId ? -1 : 1));
  for (const { userId, showId, rating, second } of open) lists.get(userId)!.push(`${showId} ${600 * rating} ${second}`);
  return lists;
}

const reportOf = ({ userId, showId, rating, second }: Rating): Report => ({
  userId,
  showId,
  positionSeconds: 600 * rating,
  durationSeconds: 6_000,
  deviceId: 'tv',
  occurredAt: new Date(second * 1_000).toISOString(),
});

/** As a device does: what was refused for the moment is sent again. */
async function deliver(api: ResumeApi, reports: readonly Report[]): Promise<void> {
  for (let left = reports; left.length > 0;) {
    const results = await api.batch(left);
    expect(results.filter(({ problem }) => problem && problem.status !== 503)).toEqual([]);
    left = left.filter((_, index) => results[index]!.status === 'refused');
  }
}

describeUnless(absence, 'the recorded ratings as watching', () => {
  let broker: RunningBroker;
  let instances: RunningService[];
  let apis: ResumeApi[];

  beforeAll(async () => {
    broker = await startBroker({ flush: 'os' });
    const environment = {
      PORT: '0',
      LOG_LEVEL: 'silent',
      OWNER_WAIT_MS: '20000',
      OWNER_SESSION_TIMEOUT_MS: '60000',
      KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
      SCHEMA_REGISTRY_URL: broker.registryUrl,
    };
    instances = await Promise.all([0, 1].map(() => startService(AppModule, { ...service, environment })));
    apis = instances.map(({ url }) => new ResumeApi(url));
    await Promise.all(apis.map((api) => api.ready()));
  }, limitMs);

  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.close()));
    await broker.close();
  }, limitMs);

  it(
    'reported in no order through two instances, are the lists of the file for every user',
    async () => {
      const all = ratings();
      // A step that shares no factor with their number visits each once.
      const step = 61_803;
      const shuffled = all.map((_, index) => all[(index * step) % all.length]!);
      expect(new Set(shuffled).size).toBe(all.length);
      const batches = Array.from({ length: Math.ceil(all.length / batchSize) }, (_, index) =>
        shuffled.slice(index * batchSize, (index + 1) * batchSize),
      );
      await Promise.all(
        apis.map(async (api, instance) => {
          for (let number = instance; number < batches.length; number += apis.length) {
            await deliver(api, batches[number]!.map(reportOf));
          }
        }),
      );
      const expected = [...expectedLists(all)];
      expect(expected.length).toBeGreaterThan(4_000);
      const differing: string[] = [];
      await Promise.all(
        Array.from({ length: readersAtOnce }, async (_, reader) => {
          for (let at = reader; at < expected.length; at += readersAtOnce) {
            const [userId, list] = expected[at]!;
            const items = await apis[reader % apis.length]!.resume(userId);
            const found = items.map(
              ({ showId, positionSeconds, occurredAt }) =>
                `${showId} ${positionSeconds} ${Date.parse(occurredAt) / 1_000}`,
            );
            if (found.join() !== list.join()) differing.push(userId);
          }
        }),
      );
      expect(differing).toEqual([]);
    },
    limitMs,
  );
});
