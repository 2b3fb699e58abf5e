/** Each lesson for real: a broker, PostgreSQL, the lesson's own processes; its switch is turned, and its claim holds. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, startPostgres, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { kafkaOf, startConsole } from '../console.fixture.ts';
import { NOTES_TOPIC } from './lesson-notes.ts';
import { LESSON_IDS, type LessonDescription, type LessonId, type LessonState } from './lesson-state.ts';

const LIMIT_MS = 90_000;
const POLL_MS = 50;

/** What the demo waits seconds for takes moments here. */
const CONFIG = {
  'log.cleaner.backoff.ms': '100',
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.min.heartbeat.interval.ms': '50',
  'group.consumer.heartbeat.interval.ms': '200',
};

let broker: RunningBroker;
let postgres: RunningPostgres;
let running: RunningService;
let databaseUrl: string;

beforeAll(async () => {
  [broker, postgres] = await Promise.all([startBroker({ config: CONFIG, flush: 'os' }), startPostgres()]);
  databaseUrl = await postgres.createDatabase('console');
  running = await start();
}, LIMIT_MS);

afterAll(async () => {
  await running.close();
  await Promise.all([broker.close(), postgres.close()]);
}, LIMIT_MS);

function start(): Promise<RunningService> {
  return startConsole({ kafka: broker, environment: { DATABASE_URL: databaseUrl } });
}

async function ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Response> {
  return await fetch(`${running.url}/api/lessons${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

async function act(method: 'POST' | 'PUT', path: string, body: object): Promise<void> {
  const response = await ask(method, path, body);
  expect([response.status, await response.text()]).toEqual([204, '']);
}

const begin = (id: LessonId, choice?: string) => act('POST', `/${id}/begin`, choice === undefined ? {} : { choice });
const setFault = (id: LessonId, on: boolean) => act('PUT', `/${id}/fault`, { on });
const reset = (id: LessonId) => act('POST', `/${id}/reset`, {});

async function runningLesson(): Promise<LessonState | null> {
  const { lesson } = (await (await ask('GET', '/running')).json()) as { lesson: LessonState | null };
  return lesson;
}

async function state(): Promise<LessonState> {
  const lesson = await runningLesson();
  if (lesson === null) throw new Error('no lesson runs');
  return lesson;
}

/** Waits until the facts are as wished, and returns them. */
async function until(isSo: (facts: Readonly<Record<string, number>>, lesson: LessonState) => boolean) {
  for (;;) {
    const lesson = await state();
    expect({ problem: lesson.problem }).toEqual({ problem: null });
    if (isSo(lesson.facts, lesson)) return lesson.facts;
    await delay(POLL_MS);
  }
}

/** What the lessons made and did not remove. */
async function leftBehind(): Promise<string[]> {
  const admin = kafkaOf(broker.bootstrapServers).admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    return [...(await admin.listTopics()), ...groups.map(({ groupId }) => groupId)].filter((name) =>
      name.startsWith('lesson_'),
    );
  } finally {
    await admin.disconnect();
  }
}

afterEach(async () => {
  const lesson = await runningLesson();
  if (lesson !== null) await reset(lesson.id);
  expect(await leftBehind()).toEqual([]);
}, LIMIT_MS);

describe('lessons', () => {
  it(
    'idempotent producer: what is sent again is written again, but not by a producer with sequence numbers',
    async () => {
      await begin('idempotent-producer');
      await until(({ sent = 0 }) => sent >= 3);
      expect((await state()).facts).toMatchObject({ plainDuplicates: 0, idempotentDuplicates: 0 });
      await setFault('idempotent-producer', true);
      const facts = await until(({ lost = 0, plainDuplicates = 0 }) => lost >= 6 && plainDuplicates >= 2);
      expect(facts['idempotentDuplicates']).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'inbox: what a killed consumer had booked comes again, and is booked again only without an inbox',
    async () => {
      await begin('inbox');
      await until(({ waiting = 0, sent = 0 }) => sent - waiting >= 1);
      await setFault('inbox', true);
      await until(({ killed = 0 }) => killed >= 1);
      await setFault('inbox', false);
      await until(({ plainTwice = 0, recognized = 0 }) => plainTwice >= 1 && recognized >= 1);
      const { sent: healed = 0 } = (await state()).facts;
      const facts = await until(({ sent = 0, waiting = 0 }) => sent - waiting >= healed);
      expect(facts['inboxTwice']).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'ordered parking: a poisoned key waits in order, the others go on, and its release loses and reorders nothing',
    async () => {
      await begin('ordered-parking');
      await until(({ bob = 0, others = 0 }) => bob >= 1 && others >= 3);
      await setFault('ordered-parking', true);
      const stuck = await until(({ parked = 0 }) => parked >= 2);
      const going = await until(({ others = 0 }) => others > (stuck['others'] ?? 0) + 3);
      expect(going['bob']).toBe(stuck['bob']);
      await setFault('ordered-parking', false);
      const facts = await until(({ parked = 0, bob = 0 }) => parked === 0 && bob > (stuck['bob'] ?? 0) + 2);
      expect(facts['outOfOrder']).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'outbox: without its relay it fills while commands go on, and drains in order',
    async () => {
      await begin('outbox');
      await until(({ published = 0 }) => published >= 3);
      await setFault('outbox', true);
      await until(({ pending = 0 }) => pending >= 5);
      await setFault('outbox', false);
      const { commands = 0 } = (await state()).facts;
      const facts = await until(({ published = 0 }) => published >= commands);
      expect(facts['outOfOrder']).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'exactly once: an invoice whose transaction was cut off is seen by who reads everything, and by nobody else',
    async () => {
      await begin('exactly-once');
      await until(({ invoiced = 0 }) => invoiced >= 3);
      await setFault('exactly-once', true);
      await until(({ uncommittedTwice = 0 }) => uncommittedTwice >= 1);
      await setFault('exactly-once', false);
      const { orders = 0 } = (await state()).facts;
      const facts = await until(({ invoiced = 0 }) => invoiced >= orders);
      expect(facts['committedTwice']).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'compaction: superseded records vanish unless the cleaner is held back, and no key loses its last value',
    async () => {
      await begin('compaction');
      await until(({ vanished = 0 }) => vanished >= 20);
      await setFault('compaction', true);
      const held = await until(({ retained = 0 }) => retained >= 100);
      await setFault('compaction', false);
      const facts = await until(
        ({ vanished = 0, retained = 0 }) => vanished > (held['vanished'] ?? 0) + 50 && retained > 0,
      );
      expect(facts['lostKeys']).toBe(0);
    },
    LIMIT_MS,
  );

  it.each(['classic', 'cooperative', 'consumer'])(
    'rebalance, %s: a second member takes partitions and gives them back, and none has two readers',
    async (protocol) => {
      await begin('rebalance', protocol);
      await until(({ read = 0 }, { shelves }) => read > 0 && shelves[0]?.cells.length === 6);
      await setFault('rebalance', true);
      const shared = await until((_, { shelves }) => shelves.every(({ cells }) => cells.length === 3));
      // A classic member gives up everything; the others only what moves.
      expect(shared).toMatchObject({ moved: 3, revoked: protocol === 'classic' ? 6 : 3 });
      await setFault('rebalance', false);
      const facts = await until((_, { shelves }) => shelves[0]?.cells.length === 6);
      expect(facts).toMatchObject({ moved: 6, shared: 0 });
    },
    LIMIT_MS,
  );

  it(
    'are one at a time, and a reset leaves nothing, whatever the switch says',
    async () => {
      expect((await ask('PUT', '/outbox/fault', { on: true })).status).toBe(409);
      await begin('exactly-once');
      await setFault('exactly-once', true);
      await begin('idempotent-producer');
      expect((await state()).id).toBe('idempotent-producer');
      expect((await leftBehind()).filter((name) => name.startsWith('lesson_exactly_once'))).toEqual([]);
      await reset('idempotent-producer');
      expect(await runningLesson()).toBeNull();
    },
    LIMIT_MS,
  );

  it('say what is missing where they cannot run, and begin with no choice but their own', async () => {
    const described = (await (await ask('GET', '')).json()) as LessonDescription[];
    expect(described.map(({ id }) => id)).toEqual(LESSON_IDS);
    const missing = described.filter((lesson) => lesson.missing !== null).map(({ id }) => id);
    expect(missing).toEqual(['change-capture', 'broker-restart']);
    const refused = await ask('POST', '/broker-restart/begin', {});
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({ detail: expect.stringContaining('begin the demo with `npm start`') }),
    ]);
    expect((await ask('POST', '/rebalance/begin', { choice: 'eager' })).status).toBe(400);
    expect((await ask('POST', '/unheard-of/begin', {})).status).toBe(400);
  });

  it(
    'are undone by the next console when one was killed in the middle of them',
    async () => {
      await running.close();
      const kafka = kafkaOf(broker.bootstrapServers);
      const [admin, producer] = [kafka.admin(), kafka.producer()];
      await Promise.all([admin.connect(), producer.connect()]);
      await admin.createTopics({ topics: [{ topic: 'lesson_outbox_accounts_abc' }] });
      // As the console notes it before it begins.
      await producer.send({ topic: NOTES_TOPIC, messages: [{ key: 'outbox', value: 'begun' }] });
      await Promise.all([admin.disconnect(), producer.disconnect()]);
      running = await start();
      while ((await leftBehind()).length > 0) await delay(POLL_MS);
    },
    LIMIT_MS,
  );
});
