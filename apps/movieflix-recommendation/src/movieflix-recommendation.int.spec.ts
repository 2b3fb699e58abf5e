import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  recommendationsChanged,
  showPosition,
  topics,
  type RecommendationsChanged,
  type ShowPosition,
} from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { TopicReader } from '@headwater/testkit';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Listed {
  readonly showId: string;
  readonly title: string;
  readonly reason: { readonly kind: string; readonly showId: string | null; readonly text: string };
}

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 20, minute));

const watchOf = (userId: string, showId: string, share: number, minute: number): ShowPosition => ({
  eventId: `${userId}|${showId}|${minute}`,
  userId,
  showId,
  positionSeconds: share * 6_000,
  durationSeconds: 6_000,
  deviceId: 'tv',
  finished: share >= 0.95,
  occurredAt: at(minute),
});

const shows = ['dune', 'arrival', 'solaris', 'heat', 'ronin', 'collateral'];
const genresOf = (showId: string): string[] => (shows.indexOf(showId) < 3 ? ['Sci-Fi'] : ['Crime']);

describeOnEveryEngine(
  'movieflix-recommendation',
  (broker) => {
    let running: RunningService;
    let producer: MessageProducer;

    const environment = (): Record<string, string> => ({
      PORT: '0',
      LOG_LEVEL: 'silent',
      PUBLISH_INTERVAL_MS: '10',
      KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
      SCHEMA_REGISTRY_URL: broker.registryUrl,
    });

    const call = async (url: string, method: string, path: string, body?: unknown): Promise<Answer> => {
      const response = await fetch(`${url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    };
    const get = (path: string): Promise<Answer> => call(running.url, 'GET', path);
    const put = (path: string, body: unknown): Promise<Answer> => call(running.url, 'PUT', path, body);
    const watch = (...given: Parameters<typeof watchOf>): Promise<void> =>
      producer.send(topics.showPosition, showPosition, watchOf(...given));

    const ready = async (url: string): Promise<void> => {
      while ((await call(url, 'GET', '/health/ready')).status !== 200) await delay(50);
    };
    const start = async (): Promise<void> => {
      running = await startService(AppModule, { ...service, environment: environment() });
      await ready(running.url);
    };
    const listOf = async (userId: string): Promise<Listed[]> =>
      (await get(`/users/${userId}/recommendations`)).body['items'] as Listed[];
    const showIdsOf = async (userId: string): Promise<string[]> => (await listOf(userId)).map(({ showId }) => showId);
    /** Waits until the user's profile names so many shows; the test's limit ends it. */
    const begunBecomes = async (userId: string, count: number): Promise<void> => {
      while ((await get(`/users/${userId}/profile`)).body['begun'] !== count) await delay(50);
    };

    beforeAll(async () => {
      const bootstrapServers = [broker.bootstrapServers];
      const client = createKafkajsClient({ clientId: 'spec', bootstrapServers, clock: systemClock });
      const codec = new EventCodec(broker.registryUrl);
      await new TopicSetup(client).ensure([topics.showPosition]);
      await codec.register([topics.showPosition]);
      producer = new MessageProducer(client, codec);
      await start();
      const described = shows.map((showId) => ({
        showId,
        title: `The ${showId}`,
        year: 2000,
        genres: genresOf(showId),
      }));
      expect((await put('/shows', { shows: described })).status).toBe(204);
      while ((await get('/shows/collateral')).status !== 200) await delay(50);
      // Half of the people watch one kind of show, half the other.
      for (const [index, showId] of shows.entries())
        for (let viewer = 0; viewer < 5; viewer++)
          await watch(`${genresOf(showId)[0] === 'Crime' ? 'crime' : 'space'}-${viewer}`, showId, 1, index);
      await begunBecomes('crime-4', 3);
      await begunBecomes('space-4', 3);
    });

    afterAll(async () => {
      await producer.close();
      await running.close();
    });

    it('gives a user of whom nothing is known what is popular now', async () => {
      const { body } = await get('/users/stranger/recommendations?limit=3');
      expect(body).toMatchObject({ userId: 'stranger', cold: true });
      const items = body['items'] as Listed[];
      expect(items).toHaveLength(3);
      for (const { reason } of items)
        expect(reason).toEqual({ kind: 'popular-now', showId: null, text: 'Popular now' });
    });

    it('changes what it recommends when a watch comes through the topic, and says why', async () => {
      await watch('ann', 'dune', 0.5, 20);
      await begunBecomes('ann', 1);
      const [first, second] = await listOf('ann');
      expect([first!.showId, second!.showId].sort()).toEqual(['arrival', 'solaris']);
      expect(first!.reason).toEqual({
        kind: 'because-you-watched',
        showId: 'dune',
        text: 'Because you watched The dune',
      });
      expect(await showIdsOf('ann')).not.toContain('dune');
    });

    it('keeps how far, how recently and of which genres a user watched; late reports change nothing', async () => {
      await watch('ben', 'heat', 0.25, 30);
      await watch('ben', 'dune', 1, 31);
      await watch('ben', 'heat', 0.75, 29);
      await watch('ben', 'ronin', 0.5, 28);
      await begunBecomes('ben', 3);
      expect((await get('/users/ben/profile')).body).toEqual({
        userId: 'ben',
        begun: 3,
        finished: 1,
        lastWatchedAt: at(31).toISOString(),
        genres: [
          { genre: 'Sci-Fi', share: expect.closeTo(10 / 18, 6) },
          { genre: 'Crime', share: expect.closeTo(8 / 18, 6) },
        ],
        watches: [
          { showId: 'dune', title: 'The dune', share: 1, finished: true, watchedAt: at(31).toISOString() },
          { showId: 'heat', title: 'The heat', share: 0.25, finished: false, watchedAt: at(30).toISOString() },
          { showId: 'ronin', title: 'The ronin', share: 0.5, finished: false, watchedAt: at(28).toISOString() },
        ],
      });
    });

    it('never recommends what a user has begun or finished', async () => {
      for (const [index, showId] of shows.entries()) await watch('cem', showId, index % 2, 40 + index);
      await begunBecomes('cem', shows.length);
      expect(await showIdsOf('cem')).toEqual([]);
    });

    it('publishes a list when it has changed, and not when it is the same', async () => {
      await using reader = await TopicReader.start(broker, [topics.recommendations]);
      await watch('dan', 'heat', 0.4, 20);
      await begunBecomes('dan', 1);
      const isOf = (userId: string) => (record: { name: string | null; value: unknown }) =>
        record.name === recommendationsChanged.name && (record.value as RecommendationsChanged).userId === userId;
      const [published] = await reader.take<RecommendationsChanged>(topics.recommendations, isOf('dan'), 1);
      const { items } = published!.value;
      expect(published!.key).toBe('dan');
      expect(
        items
          .slice(0, 2)
          .map(({ showId }) => showId)
          .sort(),
      ).toEqual(['collateral', 'ronin']);
      expect(items[0]).toMatchObject({ reason: 'because_you_watched', becauseShowId: 'heat' });
      // The same place again changes no list; what follows it in the partition shows that none was published.
      await watch('dan', 'heat', 0.41, 21);
      await watch('dan', 'ronin', 0.41, 22);
      await reader.take<RecommendationsChanged>(
        topics.recommendations,
        (record) => isOf('dan')(record) && !JSON.stringify(record.value).includes('"showId":"ronin"'),
        1,
      );
    });

    it('forgets a watch whose tombstone comes, and a user without any', async () => {
      await using reader = await TopicReader.start(broker, [topics.recommendations]);
      await watch('eve', 'dune', 0.3, 20);
      await begunBecomes('eve', 1);
      await reader.take(topics.recommendations, ({ key, value }) => key === 'eve' && value !== null, 1);
      await producer.sendTombstone(topics.showPosition, 'eve|dune');
      await begunBecomes('eve', 0);
      expect((await get('/users/eve/recommendations')).body).toMatchObject({ cold: true });
      await reader.take(topics.recommendations, ({ key, value }) => key === 'eve' && value === null, 1);
    });

    it('recommends no show that was taken out of the catalogue', async () => {
      await put('/shows/gone', { title: 'Gone', genres: ['Sci-Fi'] });
      await watch('space-0', 'gone', 1, 25);
      while (!(await showIdsOf('ann')).includes('gone')) await delay(50);
      expect((await call(running.url, 'DELETE', '/shows/gone')).status).toBe(204);
      while ((await showIdsOf('ann')).includes('gone')) await delay(50);
      expect((await get('/shows/gone')).body).toMatchObject({
        status: 404,
        type: 'urn:problem-type:headwater:show-unknown',
      });
      expect((await call(running.url, 'DELETE', '/shows/gone')).status).toBe(204);
    });

    it('refuses what is no show, and names what is wrong', async () => {
      const { status, body } = await put('/shows', { shows: [{ showId: 'a|b', title: '', genres: [7], year: 1 }] });
      expect(status).toBe(400);
      const fields = (body['errors'] as { readonly field: string }[]).map(({ field }) => field);
      expect([...new Set(fields)].sort()).toEqual([
        'shows.0.genres',
        'shows.0.showId',
        'shows.0.title',
        'shows.0.year',
      ]);
      expect((await put('/shows', { shows: [] })).status).toBe(400);
      expect((await get('/users/a%7Cb/recommendations')).status).toBe(400);
      expect((await get('/users/ann/recommendations?limit=0')).status).toBe(400);
    });

    it('is the same after a restart, after a rebuild beside the one that answers, and in a process that was killed', async () => {
      const users = ['ann', 'ben', 'dan', 'crime-1', 'space-3', 'stranger'];
      const answers = (url: string): Promise<unknown> =>
        Promise.all(
          users.flatMap((user) => [
            call(url, 'GET', `/users/${user}/recommendations`),
            call(url, 'GET', `/users/${user}/profile`),
          ]),
        );
      const before = await answers(running.url);
      await running.close();
      await start();
      expect(await answers(running.url)).toEqual(before);

      expect((await call(running.url, 'POST', '/model/rebuild')).status).toBe(202);
      expect((await call(running.url, 'POST', '/model/rebuild')).body).toMatchObject({ status: 409 });
      while ((await get('/model')).body['rebuilds'] !== 1) expect(await answers(running.url)).toEqual(before);
      expect(await answers(running.url)).toEqual(before);
      await watch('fay', 'ronin', 0.5, 22);
      await begunBecomes('fay', 1);

      const [first, second] = [new ServiceProcess(environment()), new ServiceProcess(environment())];
      try {
        await ready(await first.url());
        await first.kill();
        await ready(await second.url());
        expect(await answers(await second.url())).toEqual(await answers(running.url));
      } finally {
        await Promise.all([first.kill(), second.kill()]);
      }
    });

    it('describes itself, and says how it is', async () => {
      const { body } = await get('/docs/openapi.json');
      expect(Object.keys(body['paths'] as object).sort()).toEqual([
        '/model',
        '/model/rebuild',
        '/shows',
        '/shows/{showId}',
        '/users/{userId}/profile',
        '/users/{userId}/recommendations',
      ]);
      expect(await get('/health/ready')).toMatchObject({
        body: { checks: { model: { ok: true }, kafka: { ok: true } } },
      });
      const metrics = async (): Promise<string> => (await fetch(`${running.url}/metrics`)).text();
      while (!/movieflix_model_users [1-9]/.test(await metrics())) await delay(50);
      expect(await metrics()).toMatch(/movieflix_recommendations_waiting_users \d/);
    });
  },
  { own: true },
);

/** The built service as a process of its own, to be killed. */
class ServiceProcess {
  private readonly child: ChildProcess;
  private readonly address: Promise<string>;

  constructor(environment: Record<string, string>) {
    this.child = spawn(process.execPath, [resolve(import.meta.dirname, '../dist/main.cjs')], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.address = this.readAddress();
  }

  url(): Promise<string> {
    return this.address;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await ended;
  }

  private async readAddress(): Promise<string> {
    let output = '';
    for await (const chunk of this.child.stdout!) {
      output += String(chunk);
      const url = /ready movieflix-recommendation=(\S+)/.exec(output)?.[1];
      if (url !== undefined) return url;
    }
    throw new Error(`the service ended before it was ready: ${output}`);
  }
}
