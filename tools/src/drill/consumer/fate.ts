/** What a handler does with each event: chosen by the seed, the same in every process and at every attempt. */

/**
 * - `slow`: takes a moment.
 * - `shaky`: fails twice in a process, then succeeds.
 * - `failing`, `fatal`, `hanging`: does so until the drill heals the key; a hanging handler ends when it is told to.
 * - `deaf`: as `hanging`, but it does not hear, goes on far beyond its deadline, and has its effect then.
 */
export type Fate = 'well' | 'slow' | 'shaky' | 'failing' | 'fatal' | 'hanging' | 'deaf';

/** Their events are well or slow: nothing but a starved lane can hold them up. */
export const isHealthyKey = (key: string): boolean => key.startsWith('healthy');

/** Its first event fails whatever the seed, so that each run parks and releases a key. */
export const doomedKey = 'doomed';

/** FNV-1a, finished so that all bits count. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** @param mayBeDeaf only where a handler's transaction is its own. */
export function fateOf(seed: number, key: string, place: number, mayBeDeaf: boolean): Fate {
  if (key === doomedKey && place === 0) return 'fatal';
  const draw = hash(`${seed}/${key}/${place}`) % 1_000;
  if (draw < 20) return 'slow';
  if (isHealthyKey(key)) return 'well';
  if (draw < 50) return 'shaky';
  if (draw < 56) return 'failing';
  if (draw < 60) return 'fatal';
  if (draw < 62) return 'hanging';
  return draw < 64 ? (mayBeDeaf ? 'deaf' : 'hanging') : 'well';
}
