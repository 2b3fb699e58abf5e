/**
 * A position, and the rule by which of two reports one holds: the later by the device's clock, whatever came first. Reports of the same
 * moment are told apart by device and place, so that everybody who has seen the same reports, in any order and any number of times,
 * holds the same one.
 */
import type { ShowPosition } from '@headwater/contracts';

/** Where a user stopped in a show, as a device reported it. */
export interface Position {
  readonly userId: string;
  readonly showId: string;
  /** From the show's beginning, 0 to `durationSeconds`. */
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly deviceId: string;
  /** By the device's clock, in milliseconds since the epoch. */
  readonly occurredAtMs: number;
  readonly finished: boolean;
}

/** The record's key, as `keyOf` of the topic makes it. */
export const keyOf = ({ userId, showId }: Pick<Position, 'userId' | 'showId'>): string => `${userId}|${showId}`;

/** What a key names; ids hold no `|`. */
export function namedBy(key: string): Pick<Position, 'userId' | 'showId'> {
  const [userId = '', showId = ''] = key.split('|');
  return { userId, showId };
}

type Moment = Pick<Position, 'occurredAtMs' | 'deviceId' | 'positionSeconds' | 'durationSeconds'>;

/** Above 0 when `one` holds, below when `other` does, 0 when they say the same. */
export function compareReports(one: Moment, other: Moment): number {
  return (
    one.occurredAtMs - other.occurredAtMs ||
    Number(one.deviceId > other.deviceId) - Number(one.deviceId < other.deviceId) ||
    one.positionSeconds - other.positionSeconds ||
    one.durationSeconds - other.durationSeconds
  );
}

/** Credits are seldom watched. */
const finishedShare = 0.95;

/** Whether at most the last twentieth is left. */
export function isFinished({
  positionSeconds,
  durationSeconds,
}: Pick<Position, 'positionSeconds' | 'durationSeconds'>): boolean {
  return positionSeconds >= finishedShare * durationSeconds;
}

/** The event's id is the report's: the same report written again is the same event. */
export function eventOf({ occurredAtMs, ...position }: Position): ShowPosition {
  const { userId, showId, deviceId } = position;
  const eventId = `${userId}|${showId}|${occurredAtMs}|${deviceId}`;
  return { ...position, eventId, occurredAt: new Date(occurredAtMs) };
}

export function positionOf({ occurredAt, ...event }: ShowPosition): Position {
  const { userId, showId, positionSeconds, durationSeconds, deviceId, finished } = event;
  const occurredAtMs = occurredAt.getTime();
  return { userId, showId, positionSeconds, durationSeconds, deviceId, occurredAtMs, finished };
}
