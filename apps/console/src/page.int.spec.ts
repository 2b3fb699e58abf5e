/** The page in a real browser, against a real broker: what a person sees. Skipped where no Chromium is installed. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { freePorts, startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import type { Page } from 'playwright-core';
import { FeedStandIn, kafkaOf, startConsole, writeRecords } from './console.fixture.ts';
import { absenceOfBrowser, buildPage, expectToFit, type BuiltPage } from './page.fixture.ts';
import { PAGE_PATHS } from './page-paths.ts';

let built: BuiltPage;
let broker: RunningBroker;
let feed: FeedStandIn;
let running: RunningService;
let page: Page;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  if (absenceOfBrowser !== undefined) return;
  built = await buildPage();
  cleanUp.push(() => built[Symbol.asyncDispose]());
  const [brokerPort = 0, port = 0] = await freePorts(2);
  broker = await startBroker({ port: brokerPort });
  cleanUp.push(() => broker.close());
  feed = await FeedStandIn.start();
  cleanUp.push(() => feed.close());
  running = await startConsole({
    kafka: broker,
    services: { 'social-feed': feed.url },
    port,
    pageFolder: built.folder,
  });
  cleanUp.push(() => running.close());
  page = await built.open(running.url);
}, 120_000);

afterEach(() => {
  if (absenceOfBrowser === undefined) expect(built.problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  for (const step of cleanUp.toReversed()) await step();
});

describeUnless(absenceOfBrowser, 'the page', () => {
  it('shows the parts that answer, and says what is empty', async () => {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('No consumer groups yet.').waitFor();
    await page.getByText(broker.bootstrapServers).waitFor();
  });

  it('has a document for each page, whose name and navigation stand there before a script has run', async () => {
    for (const address of PAGE_PATHS) {
      const document = await (await fetch(`${running.url}${address}`)).text();
      expect(document).toContain(`href="${address}" aria-current="page"`);
      expect(document.match(/<link rel="modulepreload"/g)?.length).toBeGreaterThan(1);
    }
    const bare = await built.open('about:blank');
    await bare.route('**/*.js', (route) => route.abort());
    await bare.goto(`${running.url}/lake`);
    await bare.getByRole('link', { name: 'GetTaxi' }).click();
    expect(await bare.title()).toBe('GetTaxi · Headwater console');
    await bare.close();
  });

  it('leads on from an address where nothing is, and answers programs with a problem document', async () => {
    const lost = await built.open('about:blank');
    const answer = await lost.goto(`${running.url}/nowhere/at-all`);
    expect(answer?.status()).toBe(404);
    await lost.getByRole('heading', { name: 'There is no page at this address' }).waitFor();
    await lost.getByRole('link', { name: 'The console begins here' }).click();
    await lost.getByText('Live', { exact: true }).waitFor();
    await lost.close();
    const problem = await fetch(`${running.url}/nowhere/at-all`);
    expect(problem.headers.get('content-type')).toMatch('application/problem+json');
    expect(await problem.json()).toMatchObject({ status: 404, detail: expect.stringContaining('/nowhere/at-all') });
  });

  it('is loaded again when its code did not come, by itself and when asked', async () => {
    const hiccup = await built.open(running.url);
    const chunk = /LakePage-.*\.js/;
    await hiccup.route(chunk, (route) => route.abort());
    const again = hiccup.waitForEvent('domcontentloaded');
    await hiccup.getByRole('link', { name: 'Lake' }).click();
    const missing = hiccup.getByText('This could not be loaded.');
    await missing.waitFor();
    await again;
    await missing.waitFor();
    await hiccup.unroute(chunk);
    await hiccup.getByRole('button', { name: 'Try again' }).click();
    await hiccup.getByRole('heading', { name: 'Queries' }).waitFor();
    await hiccup.close();
  });

  it('says so and leads on when its script does not come', async () => {
    const hiccup = await built.open('about:blank');
    const main = /assets\/index-.*\.js/;
    await hiccup.route(main, (route) => route.abort());
    await hiccup.goto(`${running.url}/lake`);
    const overdue = hiccup.getByText('The script of this page has not come yet.');
    await overdue.waitFor();
    await expectToFit(hiccup);
    await hiccup.unroute(main);
    await hiccup.getByRole('link', { name: 'Load the page again' }).click();
    await hiccup.getByRole('heading', { name: 'Queries' }).waitFor();
    expect(await overdue.count()).toBe(0);
    await hiccup.close();
  });

  it('asks again what the network has lost, and sends no command twice', async () => {
    await writeRecords(broker.bootstrapServers, 'lost', 5);
    const hiccup = await built.open('about:blank');
    const asked = new Map<string, number>();
    await hiccup.route('**/api/**', (route) => {
      const what = `${route.request().method()} ${new URL(route.request().url()).pathname}`;
      const times = (asked.get(what) ?? 0) + 1;
      asked.set(what, times);
      return times === 1 ? route.abort('internetdisconnected') : route.continue();
    });
    await hiccup.goto(`${running.url}/messages?topic=lost`);
    await hiccup.getByRole('list', { name: 'Messages' }).getByRole('button').nth(4).waitFor();
    expect(await hiccup.getByText('The connection was lost').count()).toBe(0);
    await hiccup.getByRole('button', { name: 'Write' }).click();
    // The command's own answer; that the page's stream was lost is told in other words.
    await hiccup.getByText('The console does not answer (').waitFor();
    expect(asked.get('POST /api/topics/lost/messages')).toBe(1);
    await hiccup.close();
  });

  it('shows a topic as it appears, and its count as it grows', async () => {
    await writeRecords(broker.bootstrapServers, 'rides', 30);
    const row = page.getByRole('row', { name: /^rides/ });
    await row.getByText('30', { exact: true }).first().waitFor();
    await writeRecords(broker.bootstrapServers, 'rides', 12);
    await row.getByText('42', { exact: true }).first().waitFor();
  });

  it('opens a topic with the keyboard and shows its partitions', async () => {
    await page.getByRole('button', { name: 'rides' }).focus();
    await page.keyboard.press('Enter');
    const partitions = page.getByRole('table', { name: 'Partitions of rides' });
    await partitions.waitFor();
    expect(await partitions.getByRole('row').count()).toBe(3);
    await page.keyboard.press('Enter');
    await partitions.waitFor({ state: 'detached' });
  });

  it('draws the charts that are on the screen, and the others when they are scrolled to', async () => {
    const admin = kafkaOf(broker.bootstrapServers).admin();
    await admin.connect();
    const offsets = { topic: 'rides', partitions: [{ partition: 0, offset: '0' }] };
    const groupIds = Array.from({ length: 12 }, (_, index) => `reader-${index}`);
    await Promise.all(groupIds.map((groupId) => admin.setOffsets({ groupId, ...offsets })));
    await admin.disconnect();
    const charts = page.getByRole('img', { name: /^Lag of reader-/ });
    await charts.nth(11).waitFor();
    await charts.first().locator('canvas').waitFor();
    expect(await charts.last().locator('canvas').count()).toBe(0);
    await charts.last().scrollIntoViewIfNeeded();
    await charts.last().locator('canvas').waitFor();
    await charts.first().locator('canvas').waitFor({ state: 'detached' });
  });

  it('goes from page to page by link and back, with the focus on the page and its name in the title', async () => {
    await page.getByRole('link', { name: 'MySocialMedia' }).click();
    await page.getByText('Nobody has posted yet.').waitFor();
    expect(await page.title()).toBe('MySocialMedia · Headwater console');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    expect(new URL(page.url()).pathname).toBe('/social');
    await page.goBack();
    await page.getByRole('row', { name: /^rides/ }).waitFor();
    await page.getByRole('link', { name: 'MySocialMedia' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Nobody has posted yet.').waitFor();
    await page.reload();
    await page.getByText('Nobody has posted yet.').waitFor();
  });

  it('shows the feed with its totals changing, its source, and no mark-up of posts', async () => {
    feed.items.push({ postId: '7', title: 'Can a Turing machine simulate a quantum computer?', likes: 2 });
    const card = page.getByRole('article').filter({ hasText: 'Can a Turing machine' });
    await card.getByText('2', { exact: true }).waitFor();
    const [item] = feed.items;
    if (item !== undefined) item.likes = 3;
    await card.getByText('3', { exact: true }).waitFor();
    expect(await card.getByRole('link').getAttribute('href')).toBe('https://quantumcomputing.stackexchange.com/q/7');
    expect(await card.innerText()).toContain('Ada');
    expect(await page.locator('article script').count()).toBe(0);
  });

  it('shows what trends, marks what is viral, and follows totals by their live stream', async () => {
    const post = { userId: 'u1', authorName: 'Ada', title: null, windowComments: 0 };
    feed.trending = {
      windowStart: '2018-03-12T17:00:00.000Z',
      windowEnd: '2018-03-12T18:00:00.000Z',
      items: [
        { ...post, postId: 'v', text: '<p>Everybody likes this</p>', score: 90, windowLikes: 900 },
        { ...post, postId: 'w', text: '<p>Some like this</p>', score: 10, windowLikes: 100 },
      ],
    };
    const trending = page.getByRole('region', { name: 'Trending' }).getByRole('listitem');
    await trending.filter({ hasText: 'Some like this' }).waitFor();
    expect(await trending.filter({ hasText: 'viral' }).allInnerTexts()).toEqual([
      expect.stringContaining('Everybody likes this'),
    ]);
    const card = page.getByRole('article').filter({ hasText: 'Can a Turing machine' });
    // The page begins to follow when it shows the post.
    while (feed.tellTotals({ postId: '7', likes: 41, comments: 5 }) === 0) await page.waitForTimeout(20);
    await card.getByText('41', { exact: true }).waitFor();
    await card.getByText('5', { exact: true }).waitFor();
  });

  it('leaves its connections to other tabs while it is behind them', async () => {
    const show = (isHidden: boolean): Promise<unknown> =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );
    const likes = (count: number): number => feed.tellTotals({ postId: '7', likes: count, comments: 5 });
    await show(true);
    while (likes(42) > 0) await page.waitForTimeout(20);
    await show(false);
    while (likes(43) === 0) await page.waitForTimeout(20);
    const card = page.getByRole('article').filter({ hasText: 'Can a Turing machine' });
    await card.getByText('43', { exact: true }).waitFor();
  });

  it('fits a phone with long names, in the dark too', async () => {
    await writeRecords(broker.bootstrapServers, 'bank_transactions', 1);
    await writeRecords(broker.bootstrapServers, 'campaign-compare-partial-counts-repartition', 1);
    const phone = await built.open(running.url, { width: 360, height: 740 }, 'dark');
    await phone.getByRole('heading', { name: 'Topics' }).waitFor();
    await phone.getByRole('row', { name: /^campaign-compare-partial-counts-repartition/ }).waitFor();
    await phone.getByRole('row', { name: /^bank_transactions/ }).waitFor();
    await expectToFit(phone);
    // The link to the page that is shown stands at the end of a row that is wider than the screen.
    await phone.goto(`${running.url}/lessons`);
    const right = `document.querySelector('nav a[aria-current="page"]')?.getBoundingClientRect().right`;
    while ((await phone.evaluate(`${right} <= innerWidth`)) !== true) await phone.waitForTimeout(20);
    await phone.close();
  });
});

describeUnless(absenceOfBrowser, 'the page, when a part goes away,', () => {
  it('says that the broker is down, keeps what it knows, and recovers with it', async () => {
    const { port } = broker;
    await broker.close();
    await page.getByText('Kafka is down').waitFor();
    await page.getByRole('link', { name: 'Platform' }).click();
    await page.getByRole('row', { name: /^rides/ }).waitFor();
    broker = await startBroker({ port });
    await page.getByText('Kafka is down').waitFor({ state: 'detached' });
  });

  it('says that the console is gone, reconnects by itself, and says what is missing of a topic that it follows', async () => {
    const port = Number(new URL(running.url).port);
    await writeRecords(broker.bootstrapServers, 'fares', 1);
    const follower = await built.open(`${running.url}/messages?topic=fares`);
    await follower.getByRole('combobox', { name: 'From' }).selectOption('now');
    await follower.getByRole('button', { name: 'Follow', exact: true }).click();
    await follower.getByText('0 of 0 records since now').waitFor();
    await running.close();
    await page.getByText('The console does not answer.').waitFor();
    await follower.getByText(/The connection was lost at .*; what came until it was back is not shown/).waitFor();
    const followed = follower.waitForResponse(/\/messages\?/);
    running = await startConsole({
      kafka: broker,
      services: { 'social-feed': feed.url },
      port,
      pageFolder: built.folder,
    });
    await page.getByText('Live', { exact: true }).waitFor();
    // The answer comes when it is known where the topic ends.
    await followed;
    await writeRecords(broker.bootstrapServers, 'fares', 3);
    await follower.getByText('3 of 3 records since now').waitFor();
    await follower.close();
  });
});
