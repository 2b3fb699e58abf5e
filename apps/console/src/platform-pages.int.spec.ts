/** The platform's pages in a real browser, against a real broker and registry; every page of the console for accessibility and size. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { likeChanged, topics } from '@headwater/contracts';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import type { Page } from 'playwright-core';
import { kafkaOf, ServiceStandIn, startConsole, writeRecords } from './console.fixture.ts';
import { absenceOfBrowser, buildPage, expectAccessible, expectToFit, type BuiltPage } from './page.fixture.ts';
import { PAGE_PATHS } from './page-paths.ts';

/** A step waits for up to 45 s, and a test has several. */
jest.setTimeout(180_000);

const PHONE = { width: 360, height: 740 };
const MOST_BYTES = 300 * 1024;
const SUBJECT = topics.likes.subjectOf(likeChanged);
const LETTERS = 'posts.dead-letter.social-feed.posts';

let built: BuiltPage;
let broker: RunningBroker;
let service: ServiceStandIn;
let running: RunningService;
let page: Page;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  if (absenceOfBrowser !== undefined) return;
  built = await buildPage();
  cleanUp.push(() => built[Symbol.asyncDispose]());
  broker = await startBroker();
  cleanUp.push(() => broker.close());
  service = await ServiceStandIn.start();
  cleanUp.push(() => service.close());
  const services = { 'social-feed': service.url, connect: service.url };
  running = await startConsole({ kafka: broker, services, pageFolder: built.folder });
  cleanUp.push(() => running.close());
}, 120_000);

afterEach(async () => {
  if (absenceOfBrowser !== undefined) return;
  await page.close();
  service.answers.clear();
  expect(built.problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  for (const step of cleanUp.toReversed()) await step();
});

async function post(address: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(running.url + address, { method: 'POST', headers, body: JSON.stringify(body) });
  expect([address, answer.ok ? 'ok' : await answer.text()]).toEqual([address, 'ok']);
}

async function expectPhone(address: string, landmark: string): Promise<void> {
  const phone = await built.open(running.url + address, PHONE, 'dark');
  await phone.getByRole('heading', { name: landmark, exact: true }).waitFor();
  await expectToFit(phone);
  await phone.close();
}

describeUnless(absenceOfBrowser, "the platform's pages", () => {
  it('create a topic, change its configuration, and delete it', async () => {
    page = await built.open(`${running.url}/topics`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('rides');
    await page.getByRole('textbox', { name: 'Configuration, NAME=VALUE a line' }).fill('cleanup.policy=compact');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Partitions of rides' }).getByRole('row').nth(3).waitFor();
    const configs = page.getByRole('table', { name: 'Configuration of rides' });
    await configs.getByRole('row', { name: /^cleanup.policy compact/ }).waitFor();
    await page.getByRole('button', { name: 'Change cleanup.policy' }).click();
    await page.getByRole('textbox', { name: 'New value of cleanup.policy' }).fill('sometimes');
    await page.keyboard.press('Enter');
    await page.locator('.told.refusal').first().waitFor();
    await page.getByRole('textbox', { name: 'New value of cleanup.policy' }).fill('delete');
    await page.keyboard.press('Enter');
    await configs.getByRole('row', { name: /^cleanup.policy delete/ }).waitFor();
    await expectAccessible(page);
    await expectPhone('/topics?topic=rides', 'rides');
    await page.getByText('More partitions, or delete the topic').click();
    await page.getByRole('textbox', { name: 'Type the topic’s name' }).fill('rides');
    await page.getByRole('button', { name: 'Delete with all its records' }).click();
    await page.getByRole('heading', { name: 'rides', exact: true }).waitFor({ state: 'detached' });
  });

  it('write a record that its schema checks, show it with its bytes, filter, and follow the end', async () => {
    await post('/api/topics', { name: 'likes', partitions: 1 });
    await post(`/api/registry/subjects/${SUBJECT}/versions`, { schema: likeChanged.schema });
    page = await built.open(`${running.url}/messages?topic=likes`);
    const value = page.getByRole('textbox', { name: 'Value', exact: true });
    const event = { eventId: 'e', postId: 'p-1', userId: 'ada', liked: true, occurredAt: '2018-03-12T17:00:00Z' };
    await page.getByRole('option', { name: SUBJECT }).waitFor({ state: 'attached' });
    await value.fill(JSON.stringify({ ...event, liked: 'perhaps' }));
    await page.getByRole('button', { name: 'Write' }).click();
    await page.locator('.told.refusal').getByText('liked').waitFor();
    await value.fill(JSON.stringify(event));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(/^It fits: /).waitFor();
    await page.getByRole('button', { name: 'Write' }).click();
    await page.getByText(/^Written: /).waitFor();
    await page.getByRole('textbox', { name: 'Expression' }).fill('value.userId == "ada"');
    await page.keyboard.press('Enter');
    const rows = page.getByRole('list', { name: 'Messages' }).getByRole('button');
    await rows.first().focus();
    await page.keyboard.press('Enter');
    const record = page.getByRole('region', { name: /^Record 0:0/ });
    await record.getByText(`by schema 1, ${likeChanged.name}`).waitFor();
    expect(await record.getByLabel('Bytes of the value').innerText()).toMatch(/^000000 {2}00 00 00 00 01 /);
    await expectAccessible(page);
    await expectToFit(page);
    await page.getByRole('textbox', { name: 'Expression' }).fill('value.');
    await page.keyboard.press('Enter');
    await page.getByText('character 7: a name is expected').waitFor();
    await page.getByRole('textbox', { name: 'Expression' }).fill('');
    await page.getByRole('combobox', { name: 'From' }).selectOption('now');
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByText('0 of 0 records since now').waitFor();
    await page.getByRole('button', { name: 'Write' }).click();
    await page.getByText('1 of 1 records since now').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('(stopped)').waitFor();
  });

  it('show the path of the record from there', async () => {
    page = await built.open(`${running.url}/trace`);
    await page.getByRole('combobox', { name: 'Or the newest record of' }).selectOption('likes');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('heading', { name: 'Topic likes' }).waitFor();
    await page.getByText('No group reads this partition.').waitFor();
    await expectAccessible(page);
    await page.goto(`${running.url}/trace?message=nobody-knows-it`);
    await page.getByText('No record with the message id nobody-knows-it').waitFor();
  });

  it('reset the offsets of a group after a dry run', async () => {
    await writeRecords(broker.bootstrapServers, 'fares', 12);
    const admin = kafkaOf(broker.bootstrapServers).admin();
    await admin.connect();
    await post('/api/groups/billing/offsets', { topic: 'fares', to: 'earliest' });
    page = await built.open(`${running.url}/groups`);
    await page.getByRole('combobox', { name: 'Group' }).selectOption('billing');
    await page.getByRole('combobox', { name: 'Topic' }).selectOption('fares');
    await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('latest');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByRole('table', { name: 'What would be done' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('table', { name: 'What was done' }).waitFor();
    const [offsets] = await admin.fetchOffsets({ groupId: 'billing', topics: ['fares'] });
    await admin.disconnect();
    expect((offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Number(offset), 0)).toBe(12);
    await expectPhone('/groups', 'Reset offsets');
  });

  it('compare versions of a schema, and register one after its check', async () => {
    page = await built.open(`${running.url}/schemas?subject=${SUBJECT}`);
    const schema = page.getByRole('textbox', { name: 'Schema' });
    const parsed = JSON.parse(likeChanged.schema) as { fields: object[] };
    const register = page.getByRole('button', { name: 'Register' });
    await page
      .getByRole('region', { name: `Schema of ${SUBJECT}` })
      .getByText('"liked"')
      .waitFor();
    expect(await register.isDisabled()).toBe(true);
    await schema.fill(JSON.stringify({ ...parsed, fields: [...parsed.fields, { name: 'why', type: 'string' }] }));
    await page.getByRole('button', { name: 'Check compatibility' }).click();
    await page.getByText(/^Not compatible/).waitFor();
    const field = { name: 'why', type: 'string', default: '' };
    await schema.fill(JSON.stringify({ ...parsed, fields: [...parsed.fields, field] }));
    await page.getByRole('button', { name: 'Check compatibility' }).click();
    await page.getByText('Compatible with the versions that are there.').waitFor();
    await register.click();
    await page.locator('.added').getByText('"why"').waitFor();
    await expectAccessible(page);
    await expectPhone(`/schemas?subject=${SUBJECT}`, 'Subjects');
  });

  it('show dead letters with their account, and parked keys that are edited and released', async () => {
    await post('/api/topics', { name: LETTERS, partitions: 1 });
    const account = {
      'dead-letter-topic': 'posts',
      'dead-letter-partition': '0',
      'dead-letter-offset': '7',
      'dead-letter-timestamp': '2018-03-12T17:00:00Z',
      'dead-letter-group': 'social-feed.posts',
      'dead-letter-attempts': '5',
      'dead-letter-error': 'RECORD_UNREADABLE',
      'dead-letter-reason': 'not in the wire format',
    };
    await post(`/api/topics/${LETTERS}/messages`, { format: 'text', key: 'ada', value: '?', headers: account });
    const key = {
      ...{ group: 'social-feed.likes', topic: 'likes', partition: 0, key: 'p-1', keyBase64: 'cC0x', state: 'parked' },
      ...{
        messages: 1,
        firstOffset: '41',
        parkedAt: '2018-03-12T17:00:00Z',
        attempts: 5,
        error: 'Error',
        reason: 'no',
      },
    };
    service.answers.set('GET /messaging/parked-keys', [key]);
    service.answers.set('GET /messaging/parked-keys/messages', [
      { offset: '41', timestamp: '2018-03-12T17:00:00Z', skipped: false, content: { event: 'x.Y', value: { a: 1 } } },
    ]);
    service.answers.set('POST /messaging/parked-keys/release', {});
    page = await built.open(`${running.url}/dead-letters?letters=${LETTERS}`);
    await page.getByText('not in the wire format').waitFor();
    await page.getByRole('button', { name: 'ada' }).click();
    await page.getByText('Read from posts').waitFor();
    const discard = page.getByRole('button', { name: 'Discard', exact: true });
    expect(await discard.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'And why' }).fill('it is a test');
    await page.getByRole('button', { name: 'p-1' }).first().click();
    await page.getByRole('textbox', { name: 'Event at 41' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Release the key' }).first().click();
    await page.getByText('The key goes on.').waitFor();
    expect(service.asked.some((asked) => asked.includes('"why":"it is a test"'))).toBe(true);
    await discard.click();
    await page.getByText('1 of 1 are discarded.').waitFor();
    await page.getByText('No open letters.').waitFor();
    await expectPhone(`/dead-letters?letters=${LETTERS}`, 'Dead letters');
  });

  it('show outboxes and let a held one go on, projections with their rebuilds, and connectors', async () => {
    service.answers.set('GET /event-sourcing/outbox', {
      ...{ pendingMessages: 3, oldestPendingMs: 800, heldAggregates: 1, heldMessages: 2 },
      held: [
        {
          ...{ aggregate: { type: 'Post', id: 'p' }, messageId: 'm', topic: 'posts', type: 'PostPublished' },
          ...{ reason: 'too large', since: '2018-03-12T17:00:00Z', attempts: 3, messages: 2 },
        },
      ],
    });
    service.answers.set('GET /event-sourcing/projections', [
      {
        ...{ name: 'balances', version: 2, updatedAt: '2018-03-12T17:00:00Z', behindEvents: 5, behindMs: 9 },
        rebuild: { state: 'running', events: 40, totalEvents: 100 },
      },
    ]);
    service.answers.set('POST /event-sourcing/outbox/release', { pending: 2 });
    page = await built.open(`${running.url}/outboxes`);
    await page.getByText('40 of 100').first().waitFor();
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('Post p goes on.').waitFor();
    await expectAccessible(page);
    await expectPhone('/outboxes', 'Outboxes');
    const status = {
      name: 'lake',
      type: 'sink',
      connector: { state: 'RUNNING' },
      tasks: [{ id: 0, state: 'RUNNING' }],
    };
    service.answers.set('GET /connectors', { lake: { status } });
    service.answers.set('GET /connectors/lake/config', { 'tasks.max': '1' });
    await page.getByRole('link', { name: 'Connectors' }).click();
    await page.getByRole('button', { name: 'Restart task 0 of lake' }).waitFor();
    await page.getByRole('combobox', { name: 'Connector' }).fill('lake');
    await page.keyboard.press('Tab');
    await page.getByText('How far it is').waitFor();
    expect(await page.getByRole('textbox', { name: /^Configuration/ }).inputValue()).toContain('tasks.max');
    await expectAccessible(page);
  });

  it('ask for the token where the console has one', async () => {
    const token = 'a-token-of-the-spec-4711';
    const guarded = await startConsole({ kafka: broker, environment: { API_TOKEN: token }, pageFolder: built.folder });
    try {
      page = await built.open(`${guarded.url}/topics`);
      await page.getByRole('textbox', { name: 'Token' }).fill('another-token-of-the-spec');
      await page.keyboard.press('Enter');
      await page.getByText('This is not the console’s API_TOKEN').waitFor();
      await expectAccessible(page);
      await page.getByRole('textbox', { name: 'Token' }).fill(token);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'New topic' }).waitFor();
    } finally {
      await guarded.close();
    }
  });
});

describeUnless(absenceOfBrowser, 'every page', () => {
  it('has nothing that axe-core finds serious, in the light and in the dark', async () => {
    page = await built.open(running.url);
    for (const address of PAGE_PATHS) {
      await page.goto(running.url + address);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      await expectAccessible(page);
    }
  });

  it('loads with the first page in less than 300 KB, compressed', async () => {
    page = await built.open('about:blank');
    const bytes = new Map<string, number>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith('/api/')) bytes.set(pathname, 0);
    });
    await page.goto(running.url);
    await page.getByRole('heading', { name: 'Topics' }).waitFor();
    const names = await readdir(built.folder, { recursive: true });
    for (const name of names.filter((each) => bytes.has(`/${each}`)))
      bytes.set(`/${name}`, gzipSync(await readFile(path.join(built.folder, name))).length);
    bytes.set('/', gzipSync(await readFile(path.join(built.folder, 'index.html'))).length);
    const sum = [...bytes.values()].reduce((total, each) => total + each, 0);
    expect(bytes.size).toBeGreaterThan(3);
    expect(sum).toBeGreaterThan(10_000);
    expect(sum).toBeLessThan(MOST_BYTES);
  });
});
