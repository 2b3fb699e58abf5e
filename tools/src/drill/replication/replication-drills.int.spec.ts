import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Drill, Summary } from '../drill.ts';
import { captureDrill } from './capture-drill.ts';
import { relayDrill } from './relay-drill.ts';

// Processes start slowly on a machine that is busy with something else.
jest.setTimeout(600_000);

const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);
/** One suspends a worker, whatever the seed. */
const ROUNDS = 1 + Number(process.env['HEADWATER_THOROUGH'] ?? 1);

let folder: string;
beforeAll(() => {
  process.stdout.write(`drills of replication: DRILL_SEED=${SEED}\n`);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headwater-replication-drills-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(drill: Drill): Promise<Summary> {
  const own = path.join(folder, drill.name);
  fs.mkdirSync(own);
  const nobody = (): void => undefined;
  return drill.run({ numbers: { rounds: ROUNDS }, seed: SEED, folder: own, onProgress: nobody, say: nobody });
}

describe(`the drills of replication, in short (seed ${SEED})`, () => {
  it('lose and reorder no message of an outbox, whatever becomes of its relays', async () => {
    const summary = await run(relayDrill);
    expect(summary['messages published']).toBeGreaterThan(0);
    expect(summary['times fenced']).toBeGreaterThan(0);
  });

  it('leave out no change of a table, whatever becomes of its captures', async () => {
    const summary = await run(captureDrill);
    expect(summary['records published']).toBeGreaterThan(0);
    expect(summary['times fenced']).toBeGreaterThan(0);
  });
});
