/** A recorded A/B test of a shop: counts held against the files, and what the comparison says of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import { CampaignApi, startCampaigns, type Impression } from '../fixtures/campaign-api.ts';
import { compareProportions, holm } from './statistics/index.ts';

// Waits end with what is awaited; on a machine that is busy with something else that takes a while.
jest.setTimeout(300_000);

const folder = resolve(import.meta.dirname, '../../../../shared/data/open-bandit-dataset');
const absence = existsSync(folder) ? undefined : `there is no ${folder}`;

const campaigners = ['random_men', 'bts_men', 'random_women', 'bts_women'] as const;
const clicksOfFiles = { random_men: 46, bts_men: 69, random_women: 46, bts_women: 46 };

interface Part {
  readonly impressions: number;
  readonly clicks: number;
}

interface Told extends Part {
  readonly byHour: readonly (Part & { readonly hour: string })[];
  readonly byCreative: readonly (Part & { readonly creative: string })[];
}

interface Row extends Impression {
  readonly isClicked: boolean;
}

function rowsOf(campaigner: string): Row[] {
  const [, ...lines] = gunzipSync(readFileSync(join(folder, `${campaigner}.csv.gz`)))
    .toString()
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [index, timestamp, creative, , click] = line.split(',');
    const occurredAt = new Date(timestamp!.replace(' ', 'T')).toISOString();
    return {
      impressionId: `${campaigner}-${index}`,
      campaigner,
      creative: creative!,
      occurredAt,
      isClicked: click === '1',
    };
  });
}

const countsOf = (rows: readonly Row[]) => ({
  impressions: rows.length,
  clicks: rows.filter(({ isClicked }) => isClicked).length,
});

/** As the service tells its parts. */
function partsOf(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): Record<string, { impressions: number; clicks: number }> {
  return Object.fromEntries([...Map.groupBy(rows, nameOf)].map(([name, part]) => [name, countsOf(part)]));
}

const hourOf = ({ occurredAt }: Row): string => `${occurredAt.slice(0, 13)}:00:00.000Z`;

/** Random numbers that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describeUnless(absence, 'the recorded Open Bandit Dataset', () => {
  const rows = new Map<string, readonly Row[]>();

  beforeAll(() => {
    for (const campaigner of campaigners) rows.set(campaigner, rowsOf(campaigner));
  });

  describe('through the service', () => {
    let broker: RunningBroker;
    let running: RunningService;
    let api: CampaignApi;

    beforeAll(async () => {
      broker = await startBroker({ flush: 'os' });
      running = await startCampaigns(broker);
      api = new CampaignApi(running.url);
      await api.whenReady();
    });
    afterAll(async () => {
      await running.close();
      await broker.close();
    });

    it('has the counts of the files, in total, by hour and by creative, whatever order they come in', async () => {
      // File by file, clicks of each beside its impressions: a week after a week.
      for (const campaigner of campaigners) {
        const own = rows.get(campaigner)!;
        const clicked = own.filter(({ isClicked }) => isClicked);
        await Promise.all([
          api.clicks(clicked.map(({ impressionId, occurredAt }) => ({ impressionId, occurredAt }))),
          api.impressions(own.map(({ isClicked: _, ...impression }) => impression)),
        ]);
      }
      await api.whenCounted({ impressions: 40_000, clicks: 207 });
      for (const campaigner of campaigners) {
        const own = rows.get(campaigner)!;
        const partsTold = (parts: readonly (Part & { readonly name: string })[]) =>
          Object.fromEntries(parts.map(({ name, impressions, clicks }) => [name, { impressions, clicks }]));
        const { body } = await api.send<Told>('GET', `/campaigns/${campaigner}`);
        expect(body).toMatchObject({ impressions: 10_000, clicks: clicksOfFiles[campaigner] });
        expect(partsTold(body.byHour.map(({ hour, ...part }) => ({ name: hour, ...part })))).toEqual(
          partsOf(own, hourOf),
        );
        expect(partsTold(body.byCreative.map(({ creative, ...part }) => ({ name: creative, ...part })))).toEqual(
          partsOf(own, ({ creative }) => creative),
        );
      }
    });

    it('names no winner where there is none, and says how sure it is where there may be one', async () => {
      const compared = async (a: string, b: string) => {
        const { body } = await api.send<{ winner: string | null; test: { method: string; pValue: number } }>(
          'GET',
          `/campaigns/compare?a=${a}&b=${b}`,
        );
        return body;
      };
      expect(await compared('random_men', 'random_women')).toMatchObject({ winner: null, test: { pValue: 1 } });
      expect(await compared('random_women', 'bts_women')).toMatchObject({ winner: null });
      // Thompson sampling beside random choice: 69 clicks and 46, of 10,000 each.
      expect(await compared('bts_men', 'random_men')).toMatchObject({
        winner: 'bts_men',
        test: { method: 'two-proportion z', pValue: expect.closeTo(0.0315, 3) },
        difference: {
          value: expect.closeTo(0.0023, 10),
          low: expect.closeTo(0.0002, 4),
          high: expect.closeTo(0.00445, 4),
        },
        byCreative: { correction: 'Holm' },
      });
    });
  });

  it('is called a difference by chance about as often as the level says', () => {
    const [halves, halvesByHour] = [1_000, 50];
    const own = rows.get('random_men')!;
    const hours = [...new Set(own.map(hourOf))];
    // Part 0 is the whole, and each hour is one.
    const partOf = Uint16Array.from(own, (row) => 1 + hours.indexOf(hourOf(row)));
    const isClicked = Uint8Array.from(own, (row) => Number(row.isClicked));
    const found = { whole: 0, hours: 0 };
    for (let seed = 1; seed <= halves; seed++) {
      const random = seeded(seed);
      const sides = [0, 1].map(() => ({
        trials: new Uint32Array(hours.length + 1),
        successes: new Uint32Array(hours.length + 1),
      }));
      for (let row = 0; row < partOf.length; row++) {
        const { trials, successes } = sides[random() < 0.5 ? 0 : 1]!;
        trials[0]! += 1;
        trials[partOf[row]!]! += 1;
        successes[0]! += isClicked[row]!;
        successes[partOf[row]!]! += isClicked[row]!;
      }
      const [one, other] = sides.map(({ trials, successes }) =>
        Array.from(trials, (all, part) => ({ trials: all, successes: successes[part]! })),
      );
      if (compareProportions(one![0]!, other![0]!).pValue < 0.05) found.whole += 1;
      if (seed > halvesByHour) continue;
      const byHour = one!.slice(1).flatMap((part, index) => {
        const beside = other![1 + index]!;
        return part.trials > 0 && beside.trials > 0 ? compareProportions(part, beside).pValue : [];
      });
      if (holm(byHour).some((pValue) => pValue < 0.05)) found.hours += 1;
    }
    expect(found.whole / halves).toBeGreaterThan(0.03);
    expect(found.whole / halves).toBeLessThan(0.07);
    // Of 168 looks at once, at most one in twenty finds anything at all.
    expect(found.hours / halvesByHour).toBeLessThanOrEqual(0.05);
  });
});
