import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { launchDayDrill } from './launch-day-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

let folder: string;
beforeAll(() => {
  process.stdout.write(`drill of the launch day: DRILL_SEED=${SEED}\n`);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-launch-day-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

describe(`the launch day, in short (seed ${SEED})`, () => {
  it('counts every like once, whatever is killed', async () => {
    const nobody = (): void => undefined;
    const numbers = { likes: 6_000, posts: 100, rate: 3_000, kills: 1 };
    const summary = await launchDayDrill.run({ numbers, seed: SEED, folder, onProgress: nobody, say: nobody });
    expect(summary).toMatchObject({ 'processes killed': 4, 'posts compared': 100 });
    expect(summary['likes that count']).toBeGreaterThan(1_000);
  });
});
