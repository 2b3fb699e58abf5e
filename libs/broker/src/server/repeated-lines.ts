import type { Clock } from '../storage/index.ts';

const QUIET_MS = 10_000;
/** Different lines, and kinds of them, that are remembered; beyond them the oldest is forgotten. */
const MOST_LINES = 200;
/** Different lines of one kind that are passed on in ten seconds. */
const MOST_OF_A_KIND = 20;
const WORDS_OF_A_KIND = 3;

interface Repetition {
  readonly sinceMs: number;
  count: number;
}

/**
 * Passes a line on at most once in ten seconds, with how often it came meanwhile: a disk that stays full or a client that
 * comes back with the same garbage says the same thing a thousand times a second. Of lines that begin with the same three words
 * twenty are passed on in that time: garbage that is always another must not fill the disk either.
 */
export function withoutRepetition(log: (line: string) => void, clock: Pick<Clock, 'now'>): (line: string) => void {
  const recentLines = new Map<string, Repetition>();
  const recentKinds = new Map<string, Repetition>();
  return (line) => {
    const nowMs = clock.now();
    const before = admit(recentLines, line, 1, nowMs);
    if (before === undefined) return;
    const kind = line.split(' ', WORDS_OF_A_KIND).join(' ');
    const others = admit(recentKinds, kind, MOST_OF_A_KIND, nowMs);
    if (others === undefined) return;
    const repeated = before === 0 ? '' : ` (and ${before} times before)`;
    log(`${line}${repeated}${others === 0 ? '' : ` (and ${others} others that begin like this, left out before)`}`);
  };
}

/** Undefined when `key` came too often of late; else how often it was left out in the time before. */
function admit(recent: Map<string, Repetition>, key: string, most: number, nowMs: number): number | undefined {
  const known = recent.get(key);
  if (known !== undefined && nowMs - known.sinceMs < QUIET_MS) {
    known.count++;
    return known.count > most ? undefined : 0;
  }
  recent.delete(key);
  recent.set(key, { sinceMs: nowMs, count: 1 });
  if (recent.size > MOST_LINES) recent.delete(recent.keys().next().value!);
  return known === undefined ? 0 : Math.max(0, known.count - most);
}
