/** The page in a real browser, against a real broker: what a person sees. Skipped where no Chromium is installed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import { chromium, type Browser, type Page } from 'playwright-core';
import { FeedStandIn, startConsole, writeRecords } from './console.fixture.ts';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env['CHROMIUM_PATH'], ...BROWSERS].find(
  (file) => file !== undefined && existsSync(file),
);
const root = path.resolve(import.meta.dirname, '../../..');

const absence =
  executablePath === undefined
    ? `there is no Chromium at ${BROWSERS.join(', ')} or in CHROMIUM_PATH (Debian: apt install chromium).`
    : undefined;

let pageFolder: string;
let browser: Browser;
let broker: RunningBroker;
let feed: FeedStandIn;
let running: RunningService;
let page: Page;
const problems: string[] = [];
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  pageFolder = await mkdtemp(path.join(tmpdir(), 'headwater-page-'));
  cleanUp.push(() => rm(pageFolder, { recursive: true }));
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const build = [vite, 'build', 'apps/console', '--outDir', pageFolder, '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, build, { cwd: root });
  broker = await startBroker();
  cleanUp.push(() => broker.close());
  feed = await FeedStandIn.start();
  cleanUp.push(() => feed.close());
  running = await startConsole({ kafka: broker, socialFeedUrl: feed.url, pageFolder });
  cleanUp.push(() => running.close());
  browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  cleanUp.push(() => browser.close());
  page = await openPage({ width: 1280, height: 900 });
}, 120_000);

afterEach(() => {
  expect(problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  for (const step of cleanUp.toReversed()) await step();
});

async function openPage(viewport: { width: number; height: number }, colorScheme?: 'dark'): Promise<Page> {
  const opened = await browser.newPage({ viewport, ...(colorScheme === undefined ? {} : { colorScheme }) });
  opened.setDefaultTimeout(25_000);
  opened.on('pageerror', (error) => problems.push(error.message));
  await opened.goto(running.url);
  return opened;
}

describeUnless(absence, 'the page', () => {
  it('shows the parts that answer, and says what is empty', async () => {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('No consumer groups yet.').waitFor();
    await page.getByText(broker.bootstrapServers).waitFor();
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

  it('fits a phone, in the dark too', async () => {
    const phone = await openPage({ width: 360, height: 740 }, 'dark');
    await phone.getByRole('heading', { name: 'Topics' }).waitFor();
    await phone.getByRole('row', { name: /^rides/ }).waitFor();
    // The page's own words for "how much wider than the screen".
    expect(await phone.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await phone.close();
  });
});

describeUnless(absence, 'the page, when a part goes away,', () => {
  it('says that the broker is down, keeps what it knows, and recovers with it', async () => {
    const { port } = broker;
    await broker.close();
    await page.getByText('Kafka is down').waitFor();
    await page.getByRole('link', { name: 'Platform' }).click();
    await page.getByRole('row', { name: /^rides/ }).waitFor();
    broker = await startBroker({ port });
    await page.getByText('Kafka is down').waitFor({ state: 'detached' });
  });

  it('says that the console is gone, and reconnects by itself', async () => {
    const port = Number(new URL(running.url).port);
    await running.close();
    await page.getByText('The console does not answer.').waitFor();
    running = await startConsole({ kafka: broker, socialFeedUrl: feed.url, port, pageFolder });
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
