import { isFinished, type Position } from './position.ts';
import type { PositionParams, PositionRequest } from './position.requests.ts';

/** A request that was found right, as a report. */
export function reportOf({ userId, showId }: PositionParams, request: PositionRequest): Position {
  const { positionSeconds, durationSeconds, deviceId, occurredAt } = request;
  const finished = isFinished(request);
  return { userId, showId, positionSeconds, durationSeconds, deviceId, occurredAtMs: Date.parse(occurredAt), finished };
}
