/** The two lessons that break the demo itself, on the demo as `npm start` runs it. The others are run by the console's own suite. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoUnderTest, demoFolder, removeFolder } from './demo-under-test.ts';

const LIMIT_MS = 180_000;
const POLL_MS = 100;

type Facts = Readonly<Record<string, number>>;

let folder: string;
let demo: DemoUnderTest;

beforeAll(async () => {
  folder = await demoFolder();
  demo = await DemoUnderTest.start(folder, ['--ports', 'auto', '--only', 'mybank']);
}, LIMIT_MS);

afterAll(async () => {
  await demo.stop();
  await removeFolder(folder);
}, LIMIT_MS);

async function ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${demo.endpoints.console}/api/lessons${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Waits until the facts of the lesson that runs are as wished. */
async function until(isSo: (facts: Facts) => boolean): Promise<Facts> {
  for (;;) {
    const { lesson } = (await ask('GET', '/running')) as { lesson: { facts: Facts; problem: string | null } };
    expect(lesson.problem).toBeNull();
    if (isSo(lesson.facts)) return lesson.facts;
    await delay(POLL_MS);
  }
}

describe('a lesson on the running demo', () => {
  it(
    'change capture: what the ledger books while the capture is paused is captured afterwards, all of it and in order',
    async () => {
      await ask('POST', '/change-capture/begin', {});
      await until(({ captured = 0 }) => captured >= 2);
      await ask('PUT', '/change-capture/fault', { on: true });
      const { booked = 0 } = await until(({ behind = 0 }) => behind >= 4);
      await ask('PUT', '/change-capture/fault', { on: false });
      expect(await until(({ captured = 0 }) => captured >= booked)).toMatchObject({ missed: 0 });
      await ask('POST', '/change-capture/reset', {});
      const account = await fetch(`${demo.endpoints['mybank-ledger']}/accounts/lesson-capture`);
      expect(await account.json()).toMatchObject({ balance: '0.00' });
    },
    LIMIT_MS,
  );

  it(
    'broker restart: of what was acknowledged before the broker was killed nothing is lost, and the producer goes on',
    async () => {
      await ask('POST', '/broker-restart/begin', {});
      await until(({ acknowledged = 0 }) => acknowledged >= 10);
      const pid = demo.pids()['broker'];
      await ask('PUT', '/broker-restart/fault', { on: true });
      const { acknowledged = 0 } = await until(({ retries = 0 }) => retries >= 3);
      await ask('PUT', '/broker-restart/fault', { on: false });
      const facts = await until(({ inLog = 0 }) => inLog > acknowledged + 10);
      expect(facts).toMatchObject({ lost: 0, twice: 0 });
      expect(demo.pids()['broker']).not.toBe(pid);
      await ask('POST', '/broker-restart/reset', {});
    },
    LIMIT_MS,
  );
});
