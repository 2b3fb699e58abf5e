/** When and how a cycle's broker ends. */
import type { Disk, DiskEnd } from '../broker/child-messages.ts';
import type { Random } from '../random.ts';

/** How the end comes about, after the load ran for a while; a disk in memory may end it at any of its calls before that. */
export type EndBy =
  /** SIGKILL from outside. */
  | { readonly kind: 'kill' }
  /** The disk's end. */
  | { readonly kind: 'disk'; readonly end: DiskEnd }
  /** A clean stop, and an end in the middle of it. */
  | { readonly kind: 'stop-and-kill'; readonly afterMs: number }
  | { readonly kind: 'stop-and-disk'; readonly end: DiskEnd }
  /** A clean stop to its end; `lost`: the power goes then. */
  | { readonly kind: 'stop'; readonly lost: 'power' | undefined };

export interface CyclePlan {
  readonly disk: Disk;
  readonly flush: 'fsync' | 'os';
  /** SIGKILL so long after the process was started, whether it serves by then or not. */
  readonly killAfterStartMs: number | undefined;
  readonly loadMs: number;
  readonly endBy: EndBy;
}

const LONGEST_START_MS = 400;
const LONGEST_LOAD_MS = 350;
const LONGEST_STOP_MS = 30;
/** About as many as a broker makes in its start and a second of load. */
const MOST_CALLS = 6_000;
const MOST_STOP_CALLS = 120;

/** Half of the cycles lose the power, some of the others only their process. */
export function planCycle(random: Random): CyclePlan {
  const loadMs = random.below(LONGEST_LOAD_MS);
  if (random.chance(0.4)) {
    const dice = random.next();
    return {
      disk: { kind: 'machine' },
      flush: random.chance(0.5) ? 'fsync' : 'os',
      killAfterStartMs: dice < 0.2 ? random.below(LONGEST_START_MS) : undefined,
      loadMs,
      endBy: endOfProcess(dice, random),
    };
  }
  const lost = random.chance(0.8) ? 'power' : 'process';
  const dice = random.next();
  const end = dice < 0.6 ? ({ lost, afterCalls: random.magnitude(MOST_CALLS) } as const) : undefined;
  return {
    disk: { kind: 'memory', seed: random.below(2 ** 31), end },
    // Without a sync a record survives the end of the process, and no more than that.
    flush: lost === 'process' && random.chance(0.5) ? 'os' : 'fsync',
    killAfterStartMs: undefined,
    loadMs,
    endBy: endOfDisk(dice, lost, random),
  };
}

function endOfProcess(dice: number, random: Random): EndBy {
  if (dice < 0.8) return { kind: 'kill' };
  return dice < 0.95
    ? { kind: 'stop-and-kill', afterMs: random.below(LONGEST_STOP_MS) }
    : { kind: 'stop', lost: undefined };
}

function endOfDisk(dice: number, lost: DiskEnd['lost'], random: Random): EndBy {
  if (dice < 0.85) return { kind: 'disk', end: { lost, afterCalls: 0 } };
  if (dice < 0.95) return { kind: 'stop-and-disk', end: { lost, afterCalls: random.magnitude(MOST_STOP_CALLS) } };
  return { kind: 'stop', lost: lost === 'power' ? lost : undefined };
}

/** For the message of a failure. */
export function describePlan({ disk, flush, loadMs, killAfterStartMs, endBy }: CyclePlan): string {
  const end = disk.kind === 'memory' && disk.end !== undefined ? `, disk ends: ${JSON.stringify(disk.end)}` : '';
  const early = killAfterStartMs === undefined ? '' : `, killed ${killAfterStartMs} ms after its start`;
  return `${disk.kind} disk, flush ${flush}${end}${early}, load of ${loadMs} ms, then ${JSON.stringify(endBy)}`;
}
