import fs from 'node:fs';
import { join } from 'node:path';
import { withFolder } from '../load/child.ts';
import { type CpuProfile, type HotFunction, hotFunctions } from './hot-functions.ts';

const shown = 10;
const optionsVariable = 'BENCH_BROKER_NODE_OPTIONS';

/** The hot functions of the server that `measure` starts and stops, over its whole life; of several, the one that lived longest. */
export function profileStartedServer(measure: () => Promise<unknown>): Promise<HotFunction[]> {
  return withFolder(async (folder) => {
    const before = process.env[optionsVariable];
    process.env[optionsVariable] = `${before ?? ''} --cpu-prof --cpu-prof-dir=${folder}`;
    try {
      await measure();
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, optionsVariable);
      else process.env[optionsVariable] = before;
    }
    const profiles = fs
      .readdirSync(folder)
      .map((name) => JSON.parse(fs.readFileSync(join(folder, name), 'utf8')) as CpuProfile)
      .sort((one, other) => other.samples.length - one.samples.length);
    return profiles[0] === undefined ? [] : hotFunctions(profiles[0], shown);
  });
}
