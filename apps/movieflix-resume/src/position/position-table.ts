/**
 * The positions of many users in little memory: each user's are one run of bytes, so that a million users are no millions of objects.
 *
 *     user: position …
 *     position: show id length uint8 | device id length uint8 | finished uint8 | occurred at, position, duration float64 LE | ids, ASCII
 *
 * A change costs as much as its user has positions.
 */
import { ByteTable } from '@headwater/streams';
import { compareReports, type Position } from './position.ts';

const fixedBytes = 27;
const occurredAtAt = 3;
const positionAt = 11;
const durationAt = 19;

const none = Buffer.alloc(0);

export class PositionTable {
  private readonly byUser = new ByteTable();
  private scratch = Buffer.allocUnsafe(4_096);
  private count = 0;

  get users(): number {
    return this.byUser.size;
  }

  /** Positions of all users. */
  get size(): number {
    return this.count;
  }

  /** Memory in bytes: what is held exactly, users' ids about. */
  get bytes(): number {
    return this.byUser.bytes;
  }

  get(userId: string, showId: string): Position | undefined {
    const run = this.byUser.get(userId);
    const at = run ? find(run, showId) : -1;
    return at < 0 ? undefined : read(run!, at, userId);
  }

  /** All of a user, in no order. */
  ofUser(userId: string): Position[] {
    const run = this.byUser.get(userId) ?? none;
    const positions: Position[] = [];
    for (let at = 0; at < run.length; at += bytesAt(run, at)) positions.push(read(run, at, userId));
    return positions;
  }

  /** Takes a report unless a newer one is held. Above 0 when it was taken, 0 when it was there, below 0 when it is older. */
  merge(position: Position): number {
    const { userId, showId } = position;
    const run = this.byUser.get(userId) ?? none;
    const at = find(run, showId);
    if (at >= 0) {
      const order = compareReports(position, read(run, at, userId));
      if (order <= 0) return order;
    } else this.count += 1;
    this.replace(userId, run, at, position);
    return 1;
  }

  /** Forgets a position. */
  remove(userId: string, showId: string): void {
    const run = this.byUser.get(userId) ?? none;
    const at = find(run, showId);
    if (at < 0) return;
    this.count -= 1;
    this.replace(userId, run, at, undefined);
  }

  /** Writes the user's run anew, with another position in place of the one at `at` (-1: of none). */
  private replace(userId: string, run: Buffer, at: number, position: Position | undefined): void {
    const cut = at < 0 ? run.length : at;
    const after = at < 0 ? run.length : at + bytesAt(run, at);
    const most = run.length + fixedBytes + (position ? position.showId.length + position.deviceId.length : 0);
    if (this.scratch.length < most) this.scratch = Buffer.allocUnsafe(2 * most);
    const { scratch } = this;
    run.copy(scratch, 0, 0, cut);
    run.copy(scratch, cut, after);
    const kept = cut + run.length - after;
    const end = position ? write(scratch, kept, position) : kept;
    if (end === 0) this.byUser.delete(userId);
    else this.byUser.set(userId, scratch, 0, end);
  }
}

function bytesAt(run: Buffer, at: number): number {
  return fixedBytes + run[at]! + run[at + 1]!;
}

function find(run: Buffer, showId: string): number {
  for (let at = 0; at < run.length; at += bytesAt(run, at))
    if (
      run[at] === showId.length &&
      run.toString('latin1', at + fixedBytes, at + fixedBytes + showId.length) === showId
    )
      return at;
  return -1;
}

function read(run: Buffer, at: number, userId: string): Position {
  const showEnd = at + fixedBytes + run[at]!;
  return {
    userId,
    showId: run.toString('latin1', at + fixedBytes, showEnd),
    positionSeconds: run.readDoubleLE(at + positionAt),
    durationSeconds: run.readDoubleLE(at + durationAt),
    deviceId: run.toString('latin1', showEnd, showEnd + run[at + 1]!),
    occurredAtMs: run.readDoubleLE(at + occurredAtAt),
    finished: run[at + 2] === 1,
  };
}

/** Answers where it ends. */
function write(target: Buffer, at: number, position: Position): number {
  const { showId, deviceId, finished } = position;
  target[at] = showId.length;
  target[at + 1] = deviceId.length;
  target[at + 2] = Number(finished);
  target.writeDoubleLE(position.occurredAtMs, at + occurredAtAt);
  target.writeDoubleLE(position.positionSeconds, at + positionAt);
  target.writeDoubleLE(position.durationSeconds, at + durationAt);
  const idsAt = at + fixedBytes;
  target.write(showId, idsAt, 'latin1');
  target.write(deviceId, idsAt + showId.length, 'latin1');
  return idsAt + showId.length + deviceId.length;
}
