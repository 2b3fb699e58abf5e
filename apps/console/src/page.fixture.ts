/** For specs of the page: a browser where there is one, and the page built into a folder of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env['CHROMIUM_PATH'], ...BROWSERS].find(
  (file) => file !== undefined && existsSync(file),
);
const root = path.resolve(import.meta.dirname, '../../..');
const LONGEST_WAIT_MS = 25_000;

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

/** Builds the page and starts the browser. */
export async function buildPage(): Promise<BuiltPage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-page-'));
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const build = [vite, 'build', 'apps/console', '--outDir', folder, '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, build, { cwd: root });
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
      await rm(folder, { recursive: true });
    },
  };
}
