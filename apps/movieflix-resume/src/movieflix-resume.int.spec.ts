import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { showDescribed, topics } from '@headwater/contracts';
import {
  createKafkajsClient,
  EventCodec,
  MessageProducer,
  systemClock,
  TopicSetup,
  type KafkaClient,
} from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { contractTopic, openTable } from '@headwater/streams';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { AppModule } from './app.module.ts';
import { forwardedByHeader } from './ownership/owner-forwarding.ts';
import { ResumeApi, type Report } from './resume.fixture.ts';
import { service } from './service.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 20, 0, second)).toISOString();

const reportOf = (userId: string, showId: string, second: number, change: Partial<Report> = {}): Report => ({
  userId,
  showId,
  positionSeconds: 60 * second,
  durationSeconds: 6_000,
  deviceId: 'tv',
  occurredAt: at(second),
  ...change,
});

const users = Array.from({ length: 24 }, (_, index) => `user-${index}`);

describeOnEveryEngine(
  'movieflix-resume, two instances',
  (broker) => {
    let instances: RunningService[];
    let apis: ResumeApi[];
    let client: KafkaClient;
    let codec: EventCodec;

    const start = (): Promise<RunningService> =>
      startService(AppModule, {
        ...service,
        environment: {
          PORT: '0',
          LOG_LEVEL: 'silent',
          OWNER_WAIT_MS: '20000',
          KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
          SCHEMA_REGISTRY_URL: broker.registryUrl,
        },
      });

    const startBoth = async (): Promise<void> => {
      instances = await Promise.all([start(), start()]);
      apis = instances.map(({ url }) => new ResumeApi(url));
      const owns = async (api: ResumeApi): Promise<boolean> => {
        const { body } = await api.send('GET', '/health/ready');
        const { positions } = body['checks'] as Record<string, { readonly ok: boolean; readonly detail: string }>;
        return positions!.ok && /^partitions (\d, ){2}\d of 6$/.test(positions!.detail);
      };
      while (!(await Promise.all(apis.map(owns))).every(Boolean)) await delay(50);
      await Promise.all(apis.map((api) => api.ready()));
    };

    const stopBoth = (): Promise<unknown> => Promise.all(instances.map((instance) => instance.close()));

    /** Asks either of them; half of the users are the other's. */
    const any = (index: number): ResumeApi => apis[index % apis.length]!;

    beforeAll(async () => {
      const bootstrapServers = [broker.bootstrapServers];
      client = createKafkajsClient({ clientId: 'spec', bootstrapServers, clock: systemClock });
      codec = new EventCodec(broker.registryUrl);
      await startBoth();
    });
    afterAll(stopBoth);

    describe('a report', () => {
      it('is answered with the position that holds, and read at once through either instance', async () => {
        await Promise.all(
          users.map(async (user, index) => {
            const { status, headers, body } = await any(index).report(reportOf(user, 'first', 7));
            expect([status, headers.get('etag')]).toEqual([200, `"${Date.parse(at(7))}-420-6000-tv"`]);
            const position = { ...reportOf(user, 'first', 7), finished: false, title: null };
            expect(body).toEqual({ status: 'moved', position });
            for (const api of apis) expect((await api.position(user, 'first')).body).toEqual(position);
          }),
        );
      });

      it('that is late moves nothing, and says what holds', async () => {
        await any(0).report(reportOf('late', 's', 20));
        const { body } = await any(1).report(reportOf('late', 's', 10, { deviceId: 'phone' }));
        expect(body).toMatchObject({ status: 'kept', position: { deviceId: 'tv', occurredAt: at(20) } });
        expect((await any(0).report(reportOf('late', 's', 20))).body).toMatchObject({ status: 'kept' });
      });

      it('of any of many devices counts by its time, in whatever order all come at once, and the log ends with the newest', async () => {
        const seconds = fc.sample(fc.array(fc.nat(50), { minLength: 2, maxLength: 12 }), { numRuns: 30, seed: 4 });
        const sent = seconds.map((all, show) =>
          all.map((second, device) => reportOf(`many-${show % 5}`, `m${show}`, second, { deviceId: `d${device}` })),
        );
        const newest = sent.map((all) =>
          all.reduce((best, each) =>
            each.occurredAt > best.occurredAt || (each.occurredAt === best.occurredAt && each.deviceId > best.deviceId)
              ? each
              : best,
          ),
        );
        await Promise.all(
          sent.map(async (all, show) => {
            if (show % 2 === 0) await Promise.all(all.map((report, index) => any(index).report(report)));
            else await any(show >> 1).batch(all);
          }),
        );
        const table = await openTable(client, contractTopic(topics.showPosition, codec));
        await table.restored;
        for (const [index, { userId, showId, occurredAt, deviceId }] of newest.entries()) {
          expect((await any(index).position(userId, showId)).body).toMatchObject({ occurredAt, deviceId });
          expect(table.get(`${userId}|${showId}`)?.value).toMatchObject({ occurredAt: new Date(occurredAt), deviceId });
        }
        await table.close();
      });

      it('that is wrong is refused, and every field that is wrong named', async () => {
        const wrong = {
          positionSeconds: 7_000,
          durationSeconds: 6_000,
          deviceId: 'a|b',
          occurredAt: 'yesterday',
          x: 1,
        };
        for (const api of apis) {
          const { status, headers, body } = await api.send('PUT', '/users/ann/shows/s/position', wrong);
          expect(status).toBe(400);
          expect(headers.get('content-type')).toContain('application/problem+json');
          const fields = (body['errors'] as { readonly field: string }[]).map(({ field }) => field);
          expect([...new Set(fields)].sort()).toEqual(['deviceId', 'occurredAt', 'positionSeconds', 'x']);
        }
        const future = reportOf('ann', 's', 0, { occurredAt: new Date(Date.now() + 3_600_000).toISOString() });
        expect((await any(0).report(future)).body).toMatchObject({ status: 400, errors: [{ field: 'occurredAt' }] });
        expect((await any(0).send('PUT', '/users/a%7Cb/shows/s/position', {})).status).toBe(400);
        const noJson = await fetch(`${any(0).url}/positions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{',
        });
        expect(noJson.status).toBe(400);
      });
    });

    it('a batch is answered one by one, in order, whoever owns what', async () => {
      const batch = users.map((user, index) => reportOf(user, 'batch', index));
      const results = await any(0).batch([...batch, 5, { ...batch[0], deviceId: '' }, reportOf(users[0]!, 'batch', 0)]);
      expect(results.slice(0, users.length).map(({ status, position }) => [status, position?.userId])).toEqual(
        users.map((user) => ['moved', user]),
      );
      expect(results.slice(users.length).map(({ status, problem }) => [status, problem?.status])).toEqual([
        ['refused', 400],
        ['refused', 400],
        ['kept', undefined],
      ]);
      for (const body of [
        {},
        { positions: [] },
        { positions: new Array(1_001).fill(batch[0]) },
        { positions: [1], x: 1 },
      ])
        expect((await any(1).send('POST', '/positions', body)).status).toBe(400);
    });

    it('a position is read again only when it has changed', async () => {
      await Promise.all(
        users.map(async (user, index) => {
          const { headers } = await any(0).report(reportOf(user, 'tagged', index));
          const tag = headers.get('etag')!;
          for (const api of apis) {
            const same = await api.position(user, 'tagged', { 'if-none-match': `"other", W/${tag}` });
            expect([same.status, same.headers.get('etag'), same.body]).toEqual([304, tag, {}]);
            expect((await api.position(user, 'tagged', { 'if-none-match': '"other"' })).status).toBe(200);
          }
        }),
      );
      for (const api of apis) {
        const { status, body } = await api.position('nobody', 'nothing');
        expect([status, body['type']]).toEqual([404, 'urn:problem-type:headwater:position-unknown']);
      }
    });

    it('what is not finished is listed newest first, with titles, in pages', async () => {
      await new TopicSetup(client).ensure([topics.shows]);
      await codec.register([topics.shows]);
      const producer = new MessageProducer(client, codec);
      const show = {
        eventId: 'e',
        showId: 's3',
        title: 'The Third Man',
        year: 1949,
        genres: [],
        occurredAt: new Date(),
      };
      await producer.send(topics.shows, showDescribed, show);
      await producer.close();
      const shows = ['s1', 's2', 's3', 's4', 's5', 's6'];
      await any(0).batch(shows.map((showId, second) => reportOf('viewer', showId, second === 5 ? 4 : second)));
      await any(0).report(reportOf('viewer', 's2', 30, { positionSeconds: 5_700 }));
      for (const api of apis) {
        while ((await api.resume('viewer')).every(({ title }) => title === null)) await delay(50);
        const listed = await api.resume('viewer', 2);
        expect(listed.map(({ showId, title }) => [showId, title])).toEqual([
          ['s5', null],
          ['s6', null],
          ['s4', null],
          ['s3', 'The Third Man'],
          ['s1', null],
        ]);
        expect(await api.resume('nobody')).toEqual([]);
        expect((await api.send('GET', '/users/viewer/resume?cursor=none')).status).toBe(400);
        expect((await api.send('GET', '/users/viewer/resume?limit=0')).status).toBe(400);
      }
    });

    it('a request that was forwarded is not forwarded again', async () => {
      const answers = await Promise.all(
        apis.map((api) => api.position(users[0]!, 'first', { [forwardedByHeader]: 'http://another' })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 421]);
      const positions = [reportOf(users[0]!, 'forwarded', 1)];
      const batches = await Promise.all(
        apis.map((api) => api.send('POST', '/positions', { positions }, { [forwardedByHeader]: 'http://another' })),
      );
      expect(batches.map(({ status }) => status).sort()).toEqual([200, 421]);
    });

    it('positions are there again after all instances have stopped, and wait until they are', async () => {
      const before = await Promise.all(users.map((user) => any(0).resume(user)));
      await stopBoth();
      await startBoth();
      expect(await Promise.all(users.map((user, index) => any(index).resume(user)))).toEqual(before);
      const metrics = await (await fetch(`${apis[0]!.url}/metrics`)).text();
      expect(metrics).toMatch(/streams_restore_percent\{store="show_position",partition="\d"\} 100/);
    });

    it('describes itself', async () => {
      const { body } = await any(0).send('GET', '/docs/openapi.json');
      expect(Object.keys(body['paths'] as object).sort()).toEqual([
        '/positions',
        '/users/{userId}/resume',
        '/users/{userId}/shows/{showId}/position',
      ]);
    });
  },
  { own: true },
);
