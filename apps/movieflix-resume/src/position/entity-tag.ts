/** A position as an entity tag (RFC 9110, 8.8.3): what tells two reports apart. */
import type { Position } from './position.ts';

export function entityTagOf({ occurredAtMs, deviceId, positionSeconds, durationSeconds }: Position): string {
  return `"${occurredAtMs}-${positionSeconds}-${durationSeconds}-${deviceId}"`;
}

/** Whether an `If-None-Match` names the tag, or any. */
export function isNamed(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return named.includes(tag) || named.includes('*');
}
