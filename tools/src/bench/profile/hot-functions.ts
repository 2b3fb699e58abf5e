/** The functions in which a CPU profile of V8 found the process, by their own time. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface HotFunction {
  /** As the profile names it; `(garbage collector)` and its like are V8's own. */
  readonly name: string;
  /** `file.ts:line`, or empty for what is not of a file. */
  readonly place: string;
  /** Its share of the time in which the process was not idle, 0 to 1. */
  readonly share: number;
}

/** What is used of the `.cpuprofile` format. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const root = path.resolve(import.meta.dirname, '../../../..');

/** The `count` functions with the most time of their own. */
export function hotFunctions({ nodes, samples, timeDeltas }: CpuProfile, count: number): HotFunction[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, { readonly name: string; readonly place: string; time: number }>();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    const time = timeDeltas[index] ?? 0;
    if (!frame || frame.functionName === '(idle)') continue;
    busy += time;
    const name = frame.functionName || '(anonymous)';
    const place = placeOf(frame);
    const key = `${name} ${place}`;
    const entry = times.get(key) ?? { name, place, time: 0 };
    entry.time += time;
    times.set(key, entry);
  }
  return [...times.values()]
    .sort((one, other) => other.time - one.time)
    .slice(0, count)
    .map(({ name, place, time }) => ({ name, place, share: Math.round((time / busy) * 1000) / 1000 }));
}

function placeOf({ url, lineNumber }: { readonly url: string; readonly lineNumber: number }): string {
  if (url === '') return '';
  const file = url.startsWith('file:') ? path.relative(root, fileURLToPath(url)) : url;
  return `${file}:${lineNumber + 1}`;
}
