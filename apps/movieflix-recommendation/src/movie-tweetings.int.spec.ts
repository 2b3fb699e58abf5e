/** MovieTweetings as watching, through the broker: what the service says of every user, held against a plain reading of the files. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { showDescribed, showPosition, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import { AppModule } from './app.module.ts';
import { LiveModel } from './learning/live-model.ts';
import { service } from './service.ts';

const folder = resolve(import.meta.dirname, '../../../../shared/data/movietweetings-100k');
const absence = existsSync(join(folder, 'ratings.dat')) ? undefined : `the recording is not in ${folder}`;

interface Rating {
  readonly userId: string;
  readonly showId: string;
  readonly rating: number;
  readonly atSeconds: number;
}

const linesOf = (name: string): string[][] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('::'));

describeUnless(absence, 'MovieTweetings', () => {
  let broker: RunningBroker;
  let running: RunningService;
  let ratings: Rating[];
  const genresOf = new Map<string, string[]>();

  beforeAll(async () => {
    broker = await startBroker({ flush: 'os' });
    ratings = linesOf('ratings.dat').map(([userId = '', showId = '', rating, atSeconds]) => ({
      userId,
      showId,
      rating: Number(rating),
      atSeconds: Number(atSeconds),
    }));
    const client = createKafkajsClient({
      clientId: 'spec',
      bootstrapServers: [broker.bootstrapServers],
      clock: systemClock,
    });
    const codec = new EventCodec(broker.registryUrl);
    await new TopicSetup(client).ensure([topics.shows, topics.showPosition]);
    await codec.register([topics.shows, topics.showPosition]);
    const producer = new MessageProducer(client, codec);
    const catalogue = linesOf('movies.dat').map(([showId = '', title = '', genres = '']) => {
      genresOf.set(
        showId,
        genres.split('|').filter((genre) => genre !== ''),
      );
      const described = { eventId: showId, showId, title, year: null, genres: genresOf.get(showId)! };
      return {
        key: showId,
        value: codec.encode(topics.shows, showDescribed, { ...described, occurredAt: new Date(0) }),
      };
    });
    const watches = ratings.map(({ userId, showId, rating, atSeconds }) => ({
      key: `${userId}|${showId}`,
      value: codec.encode(topics.showPosition, showPosition, {
        eventId: `${userId}|${showId}`,
        userId,
        showId,
        positionSeconds: rating * 600,
        durationSeconds: 6_000,
        deviceId: 'tv',
        finished: rating === 10,
        occurredAt: new Date(atSeconds * 1000),
      }),
    }));
    await producer.sendAll(topics.shows.name, catalogue);
    for (let first = 0; first < watches.length; first += 10_000)
      await producer.sendAll(topics.showPosition.name, watches.slice(first, first + 10_000));
    await producer.close();
    running = await startService(AppModule, {
      ...service,
      environment: {
        PORT: '0',
        LOG_LEVEL: 'silent',
        KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
        SCHEMA_REGISTRY_URL: broker.registryUrl,
      },
    });
    while ((await fetch(`${running.url}/health/ready`)).status !== 200) await delay(50);
  }, 180_000);

  afterAll(async () => {
    await running.close();
    await broker.close();
  });

  it('leads to a profile of every user that says what the file says', () => {
    const { model } = running.app.get(LiveModel);
    const byUser = Map.groupBy(ratings, ({ userId }) => userId);
    expect(model.size).toMatchObject({ users: byUser.size, watches: ratings.length });
    const wrong = [...byUser].filter(([userId, ofUser]) => {
      const { watches, genres } = model.profile(userId)!;
      const told = watches.map(({ showId, share, finished, atSeconds }) => [showId, share, finished, atSeconds].join());
      const said = ofUser.map((each) => [each.showId, each.rating / 10, each.rating === 10, each.atSeconds].join());
      const inOrder = watches.every(
        ({ atSeconds }, index) => index === 0 || watches[index - 1]!.atSeconds >= atSeconds,
      );
      return told.sort().join(';') !== said.sort().join(';') || !inOrder || !areGenresOf(genres, ofUser);
    });
    expect(wrong).toEqual([]);
  });

  it('never leads to a recommendation of what the user has begun', async () => {
    const begun = Map.groupBy(ratings, ({ userId }) => userId);
    const users = [...begun.keys()].filter((_, index) => index % 2_000 === 0);
    for (const userId of users) {
      const response = await fetch(`${running.url}/users/${userId}/recommendations?limit=50`);
      const { items, cold } = (await response.json()) as { items: { showId: string }[]; cold: boolean };
      const rated = new Set(begun.get(userId)!.map(({ showId }) => showId));
      expect([cold, items.length]).toEqual([false, 50]);
      expect(items.filter(({ showId }) => rated.has(showId))).toEqual([]);
    }
  });

  /** A film counts by its rating, in equal parts for its genres. */
  function areGenresOf(told: readonly { genre: string; share: number }[], ofUser: readonly Rating[]): boolean {
    const weights = new Map<string, number>();
    for (const { showId, rating } of ofUser) {
      const genres = genresOf.get(showId) ?? [];
      for (const genre of genres) weights.set(genre, (weights.get(genre) ?? 0) + rating / genres.length);
    }
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    return (
      told.length === weights.size &&
      told.every(({ genre, share }) => Math.abs(share * total - (weights.get(genre) ?? Number.NaN)) < 1e-6)
    );
  }
});
