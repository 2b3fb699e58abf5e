import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { campaignDrill } from './campaign-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

it(`every count is that of the log, whatever becomes of the instances (seed ${SEED})`, async () => {
  process.stdout.write(`drill of campaign-compare: DRILL_SEED=${SEED}\n`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-campaign-drill-'));
  const nobody = (): void => undefined;
  const summary = await campaignDrill.run({
    numbers: { rounds: 1 },
    seed: SEED,
    folder,
    onProgress: nobody,
    say: nobody,
  });
  expect(summary['impressions']).toBeGreaterThan(0);
  fs.rmSync(folder, { recursive: true, force: true });
});
