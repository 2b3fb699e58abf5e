import type { Contest } from '../contest.ts';
import { profileDuring } from '../profile/cpu-profiler.ts';
import { type HotFunction, hotFunctions } from '../profile/hot-functions.ts';
import { type Engine, headwaterEngine } from './engines.ts';

const shown = 10;

/**
 * Measures a contest once more on a broker of its own under V8's profiler, after a round without it that warms up and stores what
 * is needed. Empty for a contest that starts its servers itself.
 */
export async function profileContest(contest: Contest<Engine>, isQuick: boolean): Promise<HotFunction[]> {
  const engine = headwaterEngine(isQuick, true);
  try {
    await contest.measure(engine);
    const [server] = await engine.running();
    if (server?.inspectorUrl === undefined) return [];
    return hotFunctions(await profileDuring(server.inspectorUrl, () => contest.measure(engine)), shown);
  } finally {
    await engine.close();
  }
}
