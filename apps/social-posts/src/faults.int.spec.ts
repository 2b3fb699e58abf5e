import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postDeleted, postPublished, topics, type LikeChanged, type PostPublished } from '@headwater/contracts';
import { startService, type RunningService } from '@headwater/service-kit';
import {
  freePorts,
  startBroker,
  startPostgres,
  TopicReader,
  type RunningBroker,
  type RunningPostgres,
} from '@headwater/testkit';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

let folder: string;
let broker: RunningBroker;
let postgres: RunningPostgres;
let instances: RunningService[];
let ports: { readonly port: number; readonly registryPort: number };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'social-posts-'));
  const [port = 0, registryPort = 0] = await freePorts(2);
  ports = { port, registryPort };
  [broker, postgres] = await Promise.all([startBroker({ dataDir: folder, ...ports }), startPostgres()]);
  const environment = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: await postgres.createDatabase('social_posts'),
    KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
    SCHEMA_REGISTRY_URL: broker.registryUrl,
  };
  instances = await Promise.all([0, 1].map(() => startService(AppModule, { ...service, environment })));
});

afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.close()));
  await Promise.all([broker.close(), postgres.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function send(instance: number, method: string, route: string, body?: unknown): Promise<Response> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const response = await fetch(`${instances[instance]!.url}${route}`, { method, headers, ...content });
  await response.arrayBuffer();
  return response;
}

function publish(instance: number, postId: string): Promise<Response> {
  return send(instance, 'POST', '/posts', { postId, userId: 'ann', text: postId });
}

const postIdOf = ({ value }: { readonly value: unknown }): string => (value as PostPublished).postId;

describe('two instances on one database', () => {
  it('publish the events of each post in order, whoever took the command', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `shared-${index}`);
    await Promise.all(
      ids.map(async (postId, index) => {
        expect((await publish(index % 2, postId)).status).toBe(201);
        expect((await send((index + 1) % 2, 'DELETE', `/posts/${postId}`)).status).toBe(204);
      }),
    );
    await using reader = await TopicReader.start(broker, [topics.posts]);
    const told = await reader.take(topics.posts, (event) => postIdOf(event).startsWith('shared-'), 40);
    for (const postId of ids) {
      const names = told.filter((event) => postIdOf(event) === postId).map(({ name }) => name);
      expect(names).toEqual([postPublished.name, postDeleted.name]);
    }
  });

  it('let exactly one of two publish a post with the same identifier', async () => {
    const answers = await Promise.all([publish(0, 'contested'), publish(1, 'contested')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe('while the broker is away', () => {
  it('posts are accepted, likes wait, and both are told when it is back', async () => {
    expect((await publish(0, 'before')).status).toBe(201);
    await broker.close();
    expect((await publish(0, 'meanwhile')).status).toBe(201);
    const like = send(1, 'PUT', '/posts/meanwhile/likes/ben');
    expect(await Promise.race([like, delay(200, 'waits')])).toBe('waits');

    broker = await startBroker({ dataDir: folder, ...ports });
    expect((await like).status).toBe(204);
    await using reader = await TopicReader.start(broker, [topics.posts, topics.likes]);
    await reader.take(topics.posts, (event) => postIdOf(event) === 'meanwhile', 1);
    const [told] = await reader.take<LikeChanged>(topics.likes, (event) => event.value.postId === 'meanwhile', 1);
    expect(told?.value).toMatchObject({ userId: 'ben', liked: true });
  });
});

describe('when PostgreSQL is killed', () => {
  it('commands are answered with 503 until it is back, and every post that was accepted is told', async () => {
    expect((await publish(0, 'liked')).status).toBe(201);
    const accepted: string[] = [];
    const refused: Response[] = [];
    let writing = true;
    const writer = async (instance: number): Promise<void> => {
      for (let number = 0; writing; number += 1) {
        const postId = `kill-${instance}-${number}`;
        const answer = await publish(instance, postId);
        if (answer.status === 201) accepted.push(postId);
        else refused.push(answer);
      }
    };
    const writers = [writer(0), writer(1)];
    while (accepted.length < 20) await delay(5);
    await postgres.kill();
    while (refused.length < 4) await delay(5);
    const like = await send(0, 'PUT', '/posts/liked/likes/ben');
    expect([like.status, like.headers.get('retry-after')]).toEqual([503, '1']);
    await postgres.restart();
    const before = accepted.length;
    while (accepted.length < before + 20) await delay(5);
    writing = false;
    await Promise.all(writers);

    for (const answer of refused) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    await using reader = await TopicReader.start(broker, [topics.posts]);
    const told = new Set<string>();
    const missing = (): string[] => accepted.filter((postId) => !told.has(postId));
    await reader.take(
      topics.posts,
      (event) => {
        told.add(postIdOf(event));
        return missing().length === 0;
      },
      1,
    );
    expect(missing()).toEqual([]);
  });
});
