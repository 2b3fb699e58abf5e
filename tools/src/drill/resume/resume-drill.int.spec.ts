import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { resumeDrill } from './resume-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

it(`no acknowledged position is lost, whatever becomes of the instances (seed ${SEED})`, async () => {
  process.stdout.write(`drill of movieflix-resume: DRILL_SEED=${SEED}\n`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-resume-drill-'));
  const nobody = (): void => undefined;
  const summary = await resumeDrill.run({
    numbers: { rounds: 1 },
    seed: SEED,
    folder,
    onProgress: nobody,
    say: nobody,
  });
  expect(summary['reports acknowledged']).toBeGreaterThan(0);
  fs.rmSync(folder, { recursive: true, force: true });
});
