/** The lessons in a real browser, against a real broker: begun, broken and reset by mouse and by keyboard. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import type { Page } from 'playwright-core';
import { startConsole } from '../console.fixture.ts';
import { absenceOfBrowser, buildPage, expectAccessible, expectToFit, type BuiltPage } from '../page.fixture.ts';

const LIMIT_MS = 120_000;
const FACT_DEADLINE_MS = 60_000;

let built: BuiltPage;
let broker: RunningBroker;
let running: RunningService;
let page: Page;

beforeAll(async () => {
  if (absenceOfBrowser !== undefined) return;
  [built, broker] = await Promise.all([buildPage(), startBroker({ flush: 'os' })]);
  running = await startConsole({ kafka: broker, pageFolder: built.folder });
  page = await built.open(`${running.url}/lessons`);
}, LIMIT_MS);

afterEach(() => {
  if (absenceOfBrowser === undefined) expect(built.problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  if (absenceOfBrowser !== undefined) return;
  await running.close();
  await broker.close();
  await built[Symbol.asyncDispose]();
}, LIMIT_MS);

/** Waits until the fact of this label is such a number. */
async function untilFact(label: string, isSo: (value: number) => boolean): Promise<void> {
  const fact = page.locator('dl > div').filter({ hasText: label }).locator('dd').first();
  const deadlineMs = performance.now() + FACT_DEADLINE_MS;
  for (;;) {
    const text = await fact.innerText();
    if (isSo(Number(text.replaceAll(',', '')))) return;
    if (performance.now() > deadlineMs) throw new Error(`${label} is still ${text}`);
  }
}

describeUnless(absenceOfBrowser, 'the page of the lessons', () => {
  it('says what each teaches, and which cannot run here', async () => {
    await page.getByRole('link', { name: /Idempotent producer/ }).waitFor();
    expect(await page.locator('main ol > li').count()).toBe(9);
    await page.getByRole('link', { name: /Broker restart.*only the launcher can/ }).waitFor();
    await expectAccessible(page);
  });

  it(
    'runs one by keyboard: records move, the switch breaks it, the facts tell, the code is there',
    async () => {
      await page.getByRole('link', { name: /Idempotent producer/ }).click();
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
      await page.reload();
      await page.getByRole('button', { name: 'Begin' }).focus();
      await page.keyboard.press('Enter');
      const lever = page.getByRole('switch', { name: 'Lose acknowledgements' });
      await lever.waitFor();
      await page.locator('.token').first().waitFor({ state: 'attached' });
      await untilFact('Records sent', (value) => value >= 2);
      await lever.focus();
      await page.keyboard.press('Space');
      await untilFact('Written twice, plain', (value) => value >= 1);
      await untilFact('Written twice, idempotent', (value) => value === 0);
      expect(await lever.getAttribute('aria-checked')).toBe('true');
      await page.getByText('libs/messaging/src/log-writer/wire-record-writer.ts').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Reset' }).click();
      await page.getByRole('button', { name: 'Begin' }).waitFor();
    },
    LIMIT_MS,
  );

  it(
    'moves nothing for who wants less motion, and fits a phone',
    async () => {
      await page.goto(`${running.url}/lessons?lesson=rebalance`);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.reload();
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('radio', { name: 'Cooperative (KIP-429)' }).check();
      await page.getByRole('button', { name: 'Begin' }).click();
      await untilFact('Records read', (value) => value > 0);
      await page.getByRole('switch', { name: 'A second member' }).click();
      await untilFact('Partitions that moved', (value) => value === 3);
      expect(await page.locator('.token').count()).toBe(0);
      await expectToFit(page);
      await page.getByRole('button', { name: 'Reset' }).click();
      await page.getByRole('button', { name: 'Begin' }).waitFor();
    },
    LIMIT_MS,
  );

  it('says what is missing in place of a beginning', async () => {
    await page.goto(`${running.url}/lessons?lesson=inbox`);
    await page.getByText('This lesson needs a database of the console').waitFor();
    expect(await page.getByRole('button', { name: 'Begin' }).isDisabled()).toBe(true);
  });
});
