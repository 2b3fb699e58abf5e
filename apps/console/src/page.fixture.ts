/** For specs of the page: a browser where there is one, the built page, and what every page must keep. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env['CHROMIUM_PATH'], ...BROWSERS].find(
  (file) => file !== undefined && existsSync(file),
);
const root = path.resolve(import.meta.dirname, '../../..');
const consoleFolder = path.resolve(import.meta.dirname, '..');
const LONGEST_WAIT_MS = 45_000;

/** Why pages cannot be looked at; undefined when they can. */
export const absenceOfBrowser =
  executablePath === undefined
    ? `there is no Chromium at ${BROWSERS.join(', ')} or in CHROMIUM_PATH (Debian: apt install chromium).`
    : undefined;

export interface BuiltPage extends AsyncDisposable {
  readonly folder: string;
  /** What pages threw; a spec expects it to stay empty. */
  readonly problems: string[];
  open(url: string, viewport?: { width: number; height: number }, colorScheme?: 'dark'): Promise<Page>;
}

/** The built page and a browser. What `npm run build` made is taken when no source is newer; otherwise the page is built aside. */
export async function buildPage(): Promise<BuiltPage> {
  const built = path.join(consoleFolder, 'dist/page');
  const isFresh = await isBuilt(built);
  const folder = isFresh ? built : await mkdtemp(path.join(tmpdir(), 'headwater-page-'));
  if (!isFresh) await build(folder);
  const browser: Browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const problems: string[] = [];
  return {
    folder,
    problems,
    open: async (url, viewport = { width: 1280, height: 900 }, colorScheme) => {
      const opened = await browser.newPage({ viewport, ...(colorScheme === undefined ? {} : { colorScheme }) });
      opened.setDefaultTimeout(LONGEST_WAIT_MS);
      opened.on('pageerror', (error) => problems.push(error.message));
      await opened.goto(url);
      return opened;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      if (!isFresh) await rm(folder, { recursive: true });
    },
  };
}

async function build(folder: string): Promise<void> {
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const command = [vite, 'build', 'apps/console', '--outDir', folder, '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, command, { cwd: root });
}

async function isBuilt(folder: string): Promise<boolean> {
  const index = path.join(folder, 'index.html');
  if (!existsSync(index)) return false;
  const { mtimeMs } = await stat(index);
  const sources = await readdir(path.join(consoleFolder, 'src'), { recursive: true, withFileTypes: true });
  const files = sources
    .filter((entry) => entry.isFile() && !/\.(spec|fixture)\.ts$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const times = await Promise.all([...files, path.join(consoleFolder, 'vite.config.js')].map((file) => stat(file)));
  return times.every((file) => file.mtimeMs <= mtimeMs);
}

/** What axe-core answers, as far as it is told. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
  }[];
}

/** Rules of WCAG 2.2 AA, and what axe-core calls best practice. */
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails when axe-core finds something serious on the page as it is shown: all rules in the light, contrasts in the dark, too. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  // As a debugger would: the page's own policy lets no other script in.
  await page.evaluate(await readFile(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const light = await axe(page, { runOnly: AXE_TAGS });
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axe(page, { runOnly: ['color-contrast'] });
  expect({ light, dark }).toEqual({ light: [], dark: [] });
}

async function axe(page: Page, options: object): Promise<string[]> {
  const results = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify({ ...options, resultTypes: ['violations'] })})`,
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** What row headers show in more than one line though it has no place to break at. */
const BROKEN_WORDS = `[...document.querySelectorAll('th[scope=row]')].flatMap((header) => {
  const texts = document.createTreeWalker(header, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode())
    for (const { 0: word, index } of texts.currentNode.data.matchAll(/[^\\s_.-]+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(header.textContent);
    }
  return broken;
})`;

/** Fails when the page is wider than its screen, or a name in a table is broken inside of a word. */
export async function expectToFit(page: Page): Promise<void> {
  // The page's own words for "how much wider than the screen".
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  expect(await page.evaluate(BROKEN_WORDS)).toEqual([]);
}
