/** What the drill and its broker's process say to each other. */
import type { BrokerOptions } from '@headwater/broker-core';

/** A disk that loses its power, or one that the machine has. */
export type Disk =
  | { readonly kind: 'machine' }
  | {
      readonly kind: 'memory';
      /** Decides what survives a power cut, and how long calls take. */
      readonly seed: number;
      /** The end, before the so-manieth call to the disk. */
      readonly end?: DiskEnd | undefined;
      /** Room at the start, in bytes; as much as one likes without it. */
      readonly room?: number | undefined;
    };

/** How the process ends, all at once. `power`: what was not synced is lost in part; `process`: all that was written is there. */
export interface DiskEnd {
  readonly lost: 'power' | 'process';
  /** Calls to the disk until then; 0 is at once. */
  readonly afterCalls: number;
}

/** A call to the disk that fails. */
export interface DiskFault {
  readonly operation: string;
  /** A regular expression of the path. */
  readonly path: string;
  /** `EIO`, `ENOSPC`, … */
  readonly code: string;
  /** How often, from 0 to 1. */
  readonly probability: number;
}

export interface ChildSetup {
  readonly broker: Omit<BrokerOptions, 'log' | 'fileSystem'>;
  readonly disk: Disk;
}

export type ToChild =
  | { readonly kind: 'end'; readonly end: DiskEnd }
  /** Ends the broker cleanly. With `lost: 'power'` the power goes right after it. */
  | { readonly kind: 'stop'; readonly lost?: 'power' | undefined }
  /** Room left on the disk from now on, in bytes; null: as much as one likes. */
  | { readonly kind: 'room'; readonly id: number; readonly bytes: number | null }
  | { readonly kind: 'faults'; readonly id: number; readonly faults: readonly DiskFault[] }
  /** How much memory is alive: collects what is not, first. */
  | { readonly kind: 'memory'; readonly id: number };

export type FromChild =
  | { readonly kind: 'ready'; readonly port: number }
  /** The broker said why it cannot start, in one line. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'logged'; readonly line: string }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'memory'; readonly id: number; readonly memory: LiveMemory };

/** What a process needs, after a full garbage collection. */
export interface LiveMemory {
  /** Objects, and the buffers and other memory that they hold outside of the heap. */
  readonly liveBytes: number;
  readonly residentBytes: number;
}
