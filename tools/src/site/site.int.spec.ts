/** The site, built from this project's documents and read in a real browser from the disk: no server, no network. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeUnless } from '@headwater/testkit/absence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { buildSite } from './index.ts';
import { serveFolder } from './serve-folder.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env['CHROMIUM_PATH'], ...browsers].find(
  (file) => file !== undefined && existsSync(file),
);
const absence =
  executablePath === undefined ? `there is no Chromium at ${browsers.join(', ')} or in CHROMIUM_PATH` : undefined;

const folder = mkdtempSync(path.join(tmpdir(), 'headwater-site-'));
const reference = mkdtempSync(path.join(tmpdir(), 'headwater-reference-'));
beforeAll(() => {
  // As TypeDoc writes it; that it can is a check of `npm test`.
  mkdirSync(path.join(reference, 'streams'));
  const written =
    '# streams/src\n\n## Classes\n\n### StreamsBuilder\n\n#### build()\n\n[It](../messaging/src.md#eventcodec) is made.\n';
  writeFileSync(path.join(reference, 'streams/src.md'), written);
  buildSite(root, folder, reference);
});
afterAll(() => {
  for (const each of [folder, reference]) rmSync(each, { recursive: true });
});

describe('the served site', () => {
  it('answers pages, and nothing above its folder', async () => {
    const server = await serveFolder(folder, 0);
    try {
      expect((await fetch(`${server.url}/`)).status).toBe(200);
      expect((await fetch(`${server.url}/guides/movieflix.html`)).headers.get('content-type')).toContain('text/html');
      for (const away of ['/%2e%2e/package.json', '/..%2f..%2fetc/passwd', '/nothing.html', '/%'])
        expect([away, (await fetch(`${server.url}${away}`)).status]).toEqual([away, 404]);
    } finally {
      await server.close();
    }
  });
});

describeUnless(absence, 'a page of the site', () => {
  const problems: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  async function open(page: string, width = 1280): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width, height: 900 } });
    opened.on('pageerror', ({ message }) => problems.push(message));
    opened.on('requestfailed', (request) => problems.push(request.url()));
    await opened.goto(pathToFileURL(path.join(folder, page)).href);
    return opened;
  }

  it('finds words in any document, and leads to their heading', async () => {
    const page = await open('guides/movieflix.html');
    await page.keyboard.press('/');
    await page.keyboard.type('continue watching');
    await page.locator('#found a').first().click();
    await page.waitForURL(/\.html/);
    expect(await page.locator('h1').count()).toBe(1);
    await page.locator('#search').fill('zyzzyva');
    await page.getByText('Nothing is said of').waitFor();
    await page.close();
  });

  it('finds each kind of page: tutorial, pattern, operating, reference, messages', async () => {
    const page = await open('index.html');
    const pages = {
      'a service in a quarter of an hour': 'tutorial.html',
      'transactional outbox': 'patterns/outbox.html',
      ConsumerStandsStill: 'operating/alerts.html',
      messaging_oldest_parked_seconds: 'metrics.html',
      LargeTransactionDetected: 'messages/mybank-alerts.html',
      'idempotency-key-reused': 'errors.html',
      StreamsBuilder: 'api/streams.html#streamsbuilder',
    };
    for (const [words, target] of Object.entries(pages)) {
      await page.locator('#search').fill(words);
      await page.locator(`#found a[href*="${target}"]`).first().waitFor();
    }
    await page.close();
  });

  it('draws the diagrams', async () => {
    const page = await open('architecture/index.html');
    const diagrams = await page.locator('pre.mermaid').count();
    await page.waitForFunction((all) => document.querySelectorAll('pre.mermaid svg').length === all, diagrams);
    expect(await page.getByText('Syntax error').count()).toBe(0);
    await page.close();
  });

  it('opens its chapters from a menu at phone width, and is never wider than the window', async () => {
    const page = await open('house.html', 380);
    // The widest tables, code and addresses there are.
    const pages = [
      'index',
      'kafka-api',
      'benchmarks',
      'guides/movieflix',
      'rest/connect',
      'metrics',
      'messages/connect',
      'house',
    ];
    for (const name of pages) {
      await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href, { waitUntil: 'domcontentloaded' });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect([name, overflow <= 0]).toEqual([name, true]);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Drills' }).click();
    await page.waitForURL(/drills\.html$/);
    await page.close();
    expect(problems).toEqual([]);
  });
});
