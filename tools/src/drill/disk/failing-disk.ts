/** A disk that can be made to fail: the one in memory, or a small real one that fills up. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import type { BrokerChild } from '../broker/broker-child.ts';
import type { Disk } from '../broker/child-messages.ts';
import type { Random } from '../random.ts';
import { planFault, type FaultPlan } from './fault-plan.ts';

export interface FailingDisk {
  readonly folder: string;
  /** What the next process runs on. */
  disk(isFull: boolean): Disk;
  /** Whether the power can go. */
  readonly hasPower: boolean;
  plan(): FaultPlan;
  fail(broker: BrokerChild, plan: FaultPlan): Promise<void>;
  heal(broker: BrokerChild): Promise<void>;
}

export class DiskInMemory implements FailingDisk {
  readonly folder: string;
  readonly hasPower = true;
  readonly #random: Random;

  constructor(folder: string, random: Random) {
    this.folder = folder;
    this.#random = random;
  }

  disk(isFull: boolean): Disk {
    const seed = this.#random.below(2 ** 31);
    return { kind: 'memory', seed, ...(isFull && { room: this.#random.magnitude(3000) - 1 }) };
  }

  plan(): FaultPlan {
    return planFault(this.#random);
  }

  async fail(broker: BrokerChild, { room, faults }: FaultPlan): Promise<void> {
    if (room !== undefined) await broker.setRoom(room);
    await broker.setFaults(faults);
  }

  async heal(broker: BrokerChild): Promise<void> {
    await broker.setFaults([]);
    await broker.setRoom(null);
  }
}

const MOUNT_MIB = 48;

/** A tmpfs of its own, which a file fills up. */
export class SmallMount implements FailingDisk {
  readonly folder: string;
  readonly hasPower = false;
  readonly #mountPoint: string;
  readonly #random: Random;

  private constructor(mountPoint: string, random: Random) {
    this.#mountPoint = mountPoint;
    this.folder = join(mountPoint, 'data');
    this.#random = random;
  }

  /** @returns why it cannot be mounted, where it cannot. */
  static mount(mountPoint: string, random: Random): SmallMount | string {
    if (process.platform !== 'linux') return 'only Linux has tmpfs';
    if (process.getuid?.() !== 0) return 'only root may mount';
    try {
      fs.mkdirSync(mountPoint, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MOUNT_MIB}m`, 'tmpfs', mountPoint], { stdio: 'pipe' });
      return new SmallMount(mountPoint, random);
    } catch (error) {
      return `the mount was refused: ${Error.isError(error) ? error.message.trim() : String(error)}`;
    }
  }

  unmount(): void {
    execFileSync('umount', [this.#mountPoint], { stdio: 'pipe' });
  }

  disk(isFull: boolean): Disk {
    if (isFull) this.#fill(0);
    else this.#free();
    return { kind: 'machine' };
  }

  plan(): FaultPlan {
    const room = this.#random.magnitude(200_000) - 1;
    return { name: 'the mounted disk is full', room, faults: [], isReadable: true };
  }

  fail(_broker: BrokerChild, { room }: FaultPlan): Promise<void> {
    this.#fill(room ?? 0);
    return Promise.resolve();
  }

  heal(): Promise<void> {
    this.#free();
    return Promise.resolve();
  }

  /** Takes all room but about so much. */
  #fill(room: number): void {
    const facts = fs.statfsSync(this.#mountPoint);
    const file = fs.openSync(join(this.#mountPoint, 'filler'), 'w');
    const piece = Buffer.alloc(64 * 1024);
    try {
      for (let left = facts.bavail * facts.bsize - room; left > 0; left -= piece.length)
        fs.writeSync(file, piece, 0, Math.min(left, piece.length));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      fs.closeSync(file);
    }
  }

  #free(): void {
    fs.rmSync(join(this.#mountPoint, 'filler'), { force: true });
  }
}
