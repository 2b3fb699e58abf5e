/**
 * Recorded real life through MovieFlix, MyBank, GetTaxi, CampaignCompare, connect and the lake: the demo as `npm start` runs it, a part of each recording
 * as `npm run simulate` replays it, and what the services say compared with a count over the files. On the same demo the two lessons that
 * break the demo itself; the others are run by the console's own suite.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { DemoUnderTest, demoFolder, removeFolder } from './demo-under-test.ts';
import { absenceOfRecordings, takeParts, type PartRecordings } from './part-recordings.ts';
import { Program } from './program.ts';

const LIMIT_MS = 300_000;
const POLL_MS = 250;

let folder: string;
let demo: DemoUnderTest;
let parts: PartRecordings;

beforeAll(async () => {
  if (absenceOfRecordings === undefined) parts = await takeParts();
  folder = await demoFolder();
  demo = await DemoUnderTest.start(folder);
}, LIMIT_MS);

afterAll(async () => {
  await demo.stop();
  await removeFolder(folder);
  if (absenceOfRecordings === undefined) await removeFolder(parts.folder);
}, LIMIT_MS);

function replay(of = parts.folder): Program {
  const args = ['replay', of, '--dir', folder, '--verify-patience', '120'];
  return new Program({ script: 'apps/simulator/dist/main.cjs', args });
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

async function allItems<T>(url: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<T> = await json(`${url}?limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

async function resumeLists(): Promise<Map<string, string[]>> {
  const lists = new Map<string, string[]>();
  for (const user of parts.resume.keys()) {
    const url = `${demo.endpoints['movieflix-resume']}/users/${user}/resume`;
    const items = await allItems<{ readonly showId: string; readonly positionSeconds: number }>(url);
    lists.set(user, items.map(({ showId, positionSeconds }) => `${showId}@${positionSeconds}`).toSorted());
  }
  return lists;
}

async function alerts(): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  for (const user of parts.alerts.keys()) {
    const url = `${demo.endpoints['mybank-alerts']}/users/${user}/alerts`;
    const items = await allItems<{ readonly transactionId: string }>(url);
    all.set(user, items.map(({ transactionId }) => transactionId).toSorted());
  }
  return all;
}

const sorted = (lists: ReadonlyMap<string, readonly string[]>): Map<string, string[]> =>
  new Map([...lists].map(([user, list]) => [user, list.toSorted()]));

describeUnless(absenceOfRecordings, 'a replay of recorded watching, spending, driving and advertising', () => {
  it(
    'succeeds: what the services say is what the recordings hold',
    async () => {
      const program = replay();
      expect({ ...(await program.exit), stderr: program.stderr }).toEqual({ code: 0, signal: null, stderr: '' });
      expect(program.stdout).toContain(`The shows to continue of every user are equal: ${parts.resume.size} users.`);
      expect(program.stdout).toContain(`The alerts of every user are equal: ${parts.alerts.size} users.`);
      expect(program.stdout).toContain('The captured rows of every account are equal');
      expect(program.stdout).toContain(`The states of all rides are equal: ${parts.trips} rides.`);
      expect(program.stdout).toContain(`The meters of all rides are equal: ${parts.trips} rides.`);
      expect(program.stdout).toContain('The counts of every campaign are equal: 4 campaigns.');
    },
    LIMIT_MS,
  );

  it(
    "leads to each user's list to continue, and to recommendations of nothing that was watched",
    async () => {
      expect(await resumeLists()).toEqual(sorted(parts.resume));
      const [user = ''] = [...parts.resume].toSorted(([, left], [, right]) => right.length - left.length)[0] ?? [];
      const base = `${demo.endpoints['movieflix-recommendation']}/users/${user}`;
      const { watches } = await json<{ watches: { showId: string }[] }>(`${base}/profile`);
      const { items } = await json<{ items: { showId: string }[] }>(`${base}/recommendations?limit=100`);
      expect(items.length).toBeGreaterThan(0);
      const watched = new Set(watches.map(({ showId }) => showId));
      expect(items.filter(({ showId }) => watched.has(showId))).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'leads to an alert for each large payment, once, and to the same sum in the lake, to the penny',
    async () => {
      expect([...parts.alerts.values()].flat()).toHaveLength(113);
      expect(await alerts()).toEqual(sorted(parts.alerts));
      const sql = `SELECT CAST(-100 * sum(after.amount) AS BIGINT) AS pence FROM bank_transactions WHERE after.user_id IS NOT NULL`;
      const url = `${demo.endpoints.connect}/query?sql=${encodeURIComponent(sql)}`;
      expect((await json<{ rows: unknown[][] }>(url)).rows.map(([pence]) => Number(pence))).toEqual([parts.spentPence]);
    },
    LIMIT_MS,
  );

  it(
    'leads to a comparison of the campaigns, and to a fare for each ride',
    async () => {
      const base = demo.endpoints['campaign-compare'];
      const { a, winner } = await json<{ a: { impressions: number }; winner: string | null }>(
        `${base}/campaigns/compare?a=random_men&b=random_women`,
      );
      expect({ impressions: a.impressions, winner }).toEqual({ impressions: parts.impressions, winner: null });
      const { amount } = await json<{ amount: string }>(`${demo.endpoints['gettaxi-pricing']}/rides/ride-00001/fare`);
      expect(Number(amount)).toBeGreaterThan(2.5);
    },
    LIMIT_MS,
  );

  it(
    'leaves speed and batch layer in agreement',
    async () => {
      for (;;) {
        const { agreed, comparisons } = await json<{ agreed: boolean; comparisons: { name: string; keys: number }[] }>(
          `${demo.endpoints.connect}/agreement?settleMs=0`,
        );
        const ofAlerts = comparisons.find(({ name }) => name === 'agreement-alerts');
        if (agreed && ofAlerts?.keys === 113) return;
        await delay(POLL_MS);
      }
    },
    LIMIT_MS,
  );

  it(
    'changes nothing when the payments are replayed again',
    async () => {
      expect(await replay(join(parts.folder, 'leeds-part')).exit).toEqual({ code: 0, signal: null });
      expect(await alerts()).toEqual(sorted(parts.alerts));
    },
    LIMIT_MS,
  );
});

type Facts = Readonly<Record<string, number>>;

async function askLesson(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${demo.endpoints.console}/api/lessons${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Waits until the facts of the lesson that runs are as wished. */
async function untilLesson(isSo: (facts: Facts) => boolean): Promise<Facts> {
  for (;;) {
    const { lesson } = (await askLesson('GET', '/running')) as { lesson: { facts: Facts; problem: string | null } };
    expect(lesson.problem).toBeNull();
    if (isSo(lesson.facts)) return lesson.facts;
    await delay(POLL_MS);
  }
}

describe('a lesson on the running demo', () => {
  it(
    'change capture: what the ledger books while the capture is paused is captured afterwards, all of it and in order',
    async () => {
      await askLesson('POST', '/change-capture/begin', {});
      await untilLesson(({ captured = 0 }) => captured >= 2);
      await askLesson('PUT', '/change-capture/fault', { on: true });
      const { booked = 0 } = await untilLesson(({ behind = 0 }) => behind >= 4);
      await askLesson('PUT', '/change-capture/fault', { on: false });
      expect(await untilLesson(({ captured = 0 }) => captured >= booked)).toMatchObject({ missed: 0 });
      await askLesson('POST', '/change-capture/reset', {});
      const account = await fetch(`${demo.endpoints['mybank-ledger']}/accounts/lesson-capture`);
      expect(await account.json()).toMatchObject({ balance: '0.00' });
    },
    LIMIT_MS,
  );

  it(
    'broker restart: of what was acknowledged before the broker was killed nothing is lost, and the producer goes on',
    async () => {
      await askLesson('POST', '/broker-restart/begin', {});
      await untilLesson(({ acknowledged = 0 }) => acknowledged >= 10);
      const pid = demo.pids()['broker'];
      await askLesson('PUT', '/broker-restart/fault', { on: true });
      const { acknowledged = 0 } = await untilLesson(({ retries = 0 }) => retries >= 3);
      await askLesson('PUT', '/broker-restart/fault', { on: false });
      const facts = await untilLesson(({ inLog = 0 }) => inLog > acknowledged + 10);
      expect(facts).toMatchObject({ lost: 0, twice: 0 });
      expect(demo.pids()['broker']).not.toBe(pid);
      await askLesson('POST', '/broker-restart/reset', {});
    },
    LIMIT_MS,
  );
});
