import fs from 'node:fs';
import { join } from 'node:path';
import type { Contest } from '../contest.ts';
import { withFolder } from '../load/child.ts';
import { type CpuProfile, type HotFunction, hotFunctions } from '../profile/hot-functions.ts';
import { type Engine, headwaterEngine } from './engines.ts';

const shown = 10;

/** Measures a contest once more on a broker of its own under V8's profiler: where that was busy, from its start on. */
export function profileContest(contest: Contest<Engine>, isQuick: boolean): Promise<HotFunction[]> {
  return withFolder(async (folder) => {
    const engine = headwaterEngine(isQuick, folder);
    try {
      await contest.measure(engine);
    } finally {
      await engine.close();
    }
    const profiles = fs.readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
    const read = profiles.map((name) => JSON.parse(fs.readFileSync(join(folder, name), 'utf8')) as CpuProfile);
    // The longest is of the process that was measured.
    const [longest] = read.sort((one, other) => other.samples.length - one.samples.length);
    return longest === undefined ? [] : hotFunctions(longest, shown);
  });
}
