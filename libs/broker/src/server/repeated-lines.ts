import type { Clock } from '../storage/index.ts';

const QUIET_MS = 10_000;
/** Different lines that are remembered; beyond them the oldest is forgotten. */
const MOST_LINES = 200;

interface Repetition {
  readonly sinceMs: number;
  count: number;
}

/**
 * Passes a line on at most once in ten seconds, with how often it came meanwhile: a disk that stays full or a client that
 * comes back with the same garbage says the same thing a thousand times a second.
 */
export function withoutRepetition(log: (line: string) => void, clock: Pick<Clock, 'now'>): (line: string) => void {
  const recent = new Map<string, Repetition>();
  return (line) => {
    const nowMs = clock.now();
    const known = recent.get(line);
    if (known !== undefined && nowMs - known.sinceMs < QUIET_MS) {
      known.count++;
      return;
    }
    recent.delete(line);
    recent.set(line, { sinceMs: nowMs, count: 0 });
    if (recent.size > MOST_LINES) recent.delete(recent.keys().next().value!);
    log(known === undefined || known.count === 0 ? line : `${line} (and ${known.count} times before)`);
  };
}
