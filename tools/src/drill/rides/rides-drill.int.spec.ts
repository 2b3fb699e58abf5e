import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ridesDrill } from './rides-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

let folder: string;
beforeAll(() => {
  process.stdout.write(`drill of the rides: DRILL_SEED=${SEED}\n`);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-rides-drill-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

describe(`the drill of the rides, in short (seed ${SEED})`, () => {
  it('gives no taxi to two riders, ends every ride and tells all of it, whatever is killed', async () => {
    const nobody = (): void => undefined;
    const numbers = { rounds: 1, rides: 60, taxis: 10, riders: 15 };
    const summary = await ridesDrill.run({ numbers, seed: SEED, folder, onProgress: nobody, say: nobody });
    expect(summary).toMatchObject({ 'processes killed': 4, rides: 60 });
    expect(summary['events, equal in store and topic']).toBeGreaterThan(120);
  });
});
