import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { lakeDrill } from './lake-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

it(`each record is in the lake once, whatever becomes of the sinks (seed ${SEED})`, async () => {
  process.stdout.write(`drill of the lake: DRILL_SEED=${SEED}\n`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-lake-drill-'));
  const nobody = (): void => undefined;
  const summary = await lakeDrill.run({ numbers: { rounds: 2 }, seed: SEED, folder, onProgress: nobody, say: nobody });
  expect(summary['rows in the lake']).toBe(summary['records in the topic']);
  expect(summary['rows in the lake']).toBeGreaterThan(0);
  fs.rmSync(folder, { recursive: true, force: true });
});
