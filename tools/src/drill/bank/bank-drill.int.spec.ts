import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { bankDrill } from './bank-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

let folder: string;
beforeAll(() => {
  process.stdout.write(`drill of the bank: DRILL_SEED=${SEED}\n`);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-bank-drill-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

describe(`the drill of the bank, in short (seed ${SEED})`, () => {
  it('alerts about each large payment once, and captures every penny, whatever is killed', async () => {
    const nobody = (): void => undefined;
    const numbers = { rounds: 1, payments: 3_000 };
    const summary = await bankDrill.run({ numbers, seed: SEED, folder, onProgress: nobody, say: nobody });
    expect(summary).toMatchObject({ 'processes killed': 5 });
    expect(summary['alerts, each once']).toBeGreaterThan(10);
  });
});
