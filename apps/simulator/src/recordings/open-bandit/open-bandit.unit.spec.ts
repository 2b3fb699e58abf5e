import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { countKinds } from '../../replay/trace.ts';
import { openBandit } from './open-bandit.ts';
import { FILES } from './read-open-bandit.ts';

const RECORDING = resolve(import.meta.dirname, '../../../../../../shared/data/open-bandit-dataset');
const HEADER = ',timestamp,item_id,position,click,propensity_score';

let folder: string;

const write = (file: string, rows: readonly string[]): Promise<void> =>
  writeFile(join(folder, file), gzipSync(`${[HEADER, ...rows].join('\n')}\n`));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-bandit-'));
  for (const file of FILES) await write(file, []);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('an Open Bandit recording', () => {
  it('becomes impressions of all files in order of time, and clicks of the same time', async () => {
    await write('random_men.csv.gz', ['0,2019-11-24 00:01:29.788335+00:00,36,1,0,0.02']);
    await write('bts_men.csv.gz', [
      '0,2019-11-24 00:01:03+00:00,2,2,1,0.04',
      '1,2019-11-24 01:00:00.5+00:00,3,1,0,0.1',
    ]);
    const { trace, checks } = await openBandit.read(folder);
    expect(trace.events.map(({ kind, body }) => [kind, body[kind]])).toEqual([
      [
        'impressions',
        [
          { impressionId: 'bts_men-0', campaigner: 'bts_men', creative: '2', occurredAt: '2019-11-24T00:01:03.000Z' },
          {
            impressionId: 'random_men-0',
            campaigner: 'random_men',
            creative: '36',
            occurredAt: '2019-11-24T00:01:29.788Z',
          },
          { impressionId: 'bts_men-1', campaigner: 'bts_men', creative: '3', occurredAt: '2019-11-24T01:00:00.500Z' },
        ],
      ],
      ['clicks', [{ impressionId: 'bts_men-0', occurredAt: '2019-11-24T00:01:03.000Z' }]],
    ]);
    expect(checks[0]?.expected.get('bts_men')).toEqual({
      impressions: 2,
      clicks: 1,
      'by hour': '2019-11-24T00 1/1, 2019-11-24T01 1/0',
      'by creative': '2 1/1, 3 1/0',
    });
  });

  it('names the row that it cannot read', async () => {
    await write('bts_women.csv.gz', ['0,2019-11-24 00:01:03+00:00,2,2,maybe,0.04']);
    await expect(openBandit.read(folder)).rejects.toThrow(
      /bts_women\.csv\.gz:2: the row does not say whether it was clicked\./,
    );
    await writeFile(join(folder, 'bts_women.csv.gz'), 'no gzip');
    await expect(openBandit.read(folder)).rejects.toThrow(/bts_women\.csv\.gz cannot be read: incorrect header check/);
  });
});

const absence = existsSync(RECORDING) ? undefined : `there is no recording at ${RECORDING}.`;

describeUnless(absence, 'the recorded Open Bandit Dataset', () => {
  it('has the counts of the files', async () => {
    const { trace, checks } = await openBandit.read(RECORDING);
    expect(countKinds(trace)).toEqual({ impressions: 40_000, clicks: 207 });
    const clicks = [...(checks[0]?.expected ?? [])].map(([campaign, facts]) => [campaign, facts['clicks']]);
    expect(Object.fromEntries(clicks)).toEqual({ random_men: 46, bts_men: 69, random_women: 46, bts_women: 46 });
  });
});
