/** A drill as a suite of `npm test`: in short, and as often as HEADWATER_THOROUGH says; a printed seed, and a folder that is removed. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Drill, Summary } from './drill.ts';

export const thorough = Number(process.env['HEADWATER_THOROUGH'] ?? 1);

/** DRILL_SEED repeats a run. */
export const seed = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

/** Processes start slowly on a machine that is busy with something else. */
export const longestMs = 600_000 * thorough;

export async function runInShort(drill: Drill, numbers: Readonly<Record<string, number>>): Promise<Summary> {
  process.stdout.write(`drill ${drill.name}: DRILL_SEED=${seed}\n`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `headwater-drill-${drill.name}-`));
  const nobody = (): void => undefined;
  try {
    return await drill.run({ numbers, seed, folder, onProgress: nobody, say: nobody });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
