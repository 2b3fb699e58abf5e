import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BrokerChild } from '../broker/broker-child.ts';
import { BrokerClient } from '../broker/broker-client.ts';
import { BROKER_CONFIG } from '../crash/cycle.ts';
import { Tolerance } from '../crash/tolerance.ts';
import { World } from '../crash/world.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import { DiskInMemory, SmallMount, type FailingDisk } from './failing-disk.ts';

const STANDARD_ROUNDS = 30;
const ROUNDS_OF_A_WORLD = 6;
const MOST_FAULTS = 3;
/** Far longer than it takes to get on, however busy the machine is. */
const RECOVERY_DEADLINE_MS = 60_000;
/** A fault that nobody met by then is over. */
const FAULT_MS = 400;

export const diskDrill: Drill = {
  name: 'broker-disk',
  about: 'fills the disk and lets its calls fail; reads go on, and writes do after it, without a restart or a hole',
  details: `The broker runs under the load of the crash drill, on a disk in memory whose calls fail for a while: no room, or EIO of
writes, syncs (what a failed sync should have written is lost, as on Linux), cuts, reads, names, everywhere or in the
coordinators' logs only; where it may, also on a small mounted tmpfs that is filled up. Meanwhile producers are told
KAFKA_STORAGE_ERROR and the others an error that may be retried, what was stored before is read, and the process lives. After it
every part of the load gets on by itself. Then all that was acknowledged is there, nothing that was refused, and no hole; so
it is after power cuts, SIGKILL and clean stops, during a fault or after it. A start on a full disk works, or ends with one line.`,
  options: [
    { name: 'rounds', standard: STANDARD_ROUNDS, about: 'how often the broker is started' },
    { name: 'minutes', standard: undefined, about: 'run for so long instead' },
  ],
  run: (run) => new DiskDrill(run).run(),
};

class DiskDrill {
  readonly #run: DrillRun;
  readonly #random: Random;
  readonly #startedMs = performance.now();
  readonly #counts = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  #rounds = 0;
  #acknowledged = 0;

  constructor(run: DrillRun) {
    this.#run = run;
    this.#random = new Random(run.seed);
  }

  async run(): Promise<Summary> {
    const mountPoint = join(this.#run.folder, 'mount');
    const mount = SmallMount.mount(mountPoint, this.#random.fork());
    if (typeof mount === 'string') this.#run.say(`Without a mounted disk: ${mount}`);
    try {
      for (let world = 0; !this.#isEnough(); world++) {
        const inMemory = new DiskInMemory(join(this.#run.folder, `world-${world}`), this.#random.fork());
        const disk = typeof mount !== 'string' && world % 3 === 1 ? mount : inMemory;
        await this.#runWorld(disk);
        fs.rmSync(disk.folder, { recursive: true, force: true });
      }
    } finally {
      if (typeof mount !== 'string') mount.unmount();
    }
    return {
      rounds: this.#rounds,
      ...Object.fromEntries([...this.#counts].toSorted()),
      ...Object.fromEntries([...this.#refusals].map(([name, count]) => [`answered ${name}`, count])),
      'records acknowledged': this.#acknowledged,
    };
  }

  #isEnough(): boolean {
    const { minutes, rounds } = this.#run.numbers;
    if (minutes !== undefined) return performance.now() - this.#startedMs > minutes * 60_000;
    return this.#rounds >= (rounds ?? STANDARD_ROUNDS);
  }

  async #runWorld(disk: FailingDisk): Promise<void> {
    const tolerance = new Tolerance(true);
    const world = new World(disk.folder, this.#random.fork(), tolerance);
    for (let round = 0; round < ROUNDS_OF_A_WORLD && !this.#isEnough(); round++) {
      if (round > 0 && this.#random.chance(0.2)) await this.#startOnFullDisk(disk);
      const broker = new BrokerChild(setupOf(disk, false));
      try {
        await this.#round(world, disk, broker, tolerance);
      } catch (error) {
        throw explained(error, broker, tolerance);
      } finally {
        await broker.kill();
      }
      this.#rounds++;
      this.#run.onProgress(`round ${this.#rounds}: ${tolerance.refusedCount.toLocaleString('en-US')} requests refused`);
    }
    this.#acknowledged += world.counts().acknowledged;
    for (const [name, count] of tolerance.refusals) this.#refusals.set(name, (this.#refusals.get(name) ?? 0) + count);
  }

  async #round(world: World, disk: FailingDisk, broker: BrokerChild, tolerance: Tolerance): Promise<void> {
    const port = await broker.ready;
    await world.check(port);
    const ending = new AbortController();
    const { promise: violated, reject: violate } = Promise.withResolvers<never>();
    const loaded = world.load(port, ending.signal, violate);
    const faults = this.#faults(world, disk, broker, port, tolerance);
    faults.catch(() => undefined);
    const endsWithinFault = await Promise.race([faults, violated]);
    if (!endsWithinFault) {
      ending.abort();
      await Promise.race([loaded, violated]);
      await world.check(port);
    }
    broker.checkLog();
    await this.#end(broker, disk, endsWithinFault);
    await Promise.race([loaded, violated]);
    if (endsWithinFault) world.doubtRefusals();
  }

  /** @returns whether the broker is to end while its disk fails. */
  async #faults(
    world: World,
    disk: FailingDisk,
    broker: BrokerChild,
    port: number,
    tolerance: Tolerance,
  ): Promise<boolean> {
    const client = await BrokerClient.connect(port);
    for (let left = this.#random.between(1, MOST_FAULTS); left > 0; left--) {
      await delay(20 + this.#random.below(100));
      const plan = disk.plan();
      const refusedBefore = tolerance.refusedCount;
      await disk.fail(broker, plan);
      this.#count(plan.name);
      for (let waited = 0; waited < FAULT_MS && tolerance.refusedCount === refusedBefore; waited += 5) await delay(5);
      await delay(this.#random.below(60));
      if (plan.isReadable) await world.readBack(client);
      if (disk.hasPower && this.#random.chance(0.12)) return true;
      await disk.heal(broker);
      await this.#expectProgress(world, plan.name);
    }
    client.close();
    return false;
  }

  async #expectProgress(world: World, fault: string): Promise<void> {
    const before = world.progress();
    const startedMs = performance.now();
    for (;;) {
      const behind = [...world.progress()].find(([name, count]) => count <= before.get(name)!);
      if (behind === undefined) return;
      promise(performance.now() - startedMs < RECOVERY_DEADLINE_MS, 'writes go on after the disk works again', () => {
        return `${behind[0]} stands still after: ${fault} (${world.describeWork()})`;
      });
      await delay(5);
    }
  }

  async #end(broker: BrokerChild, disk: FailingDisk, isWithinFault: boolean): Promise<void> {
    const dice = this.#random.next();
    if (disk.hasPower && (isWithinFault || dice < 0.6)) {
      broker.end({ lost: dice < 0.4 ? 'power' : 'process', afterCalls: 0 });
      this.#count(isWithinFault ? 'ended within a fault' : 'ended by the disk');
      await broker.ended;
    } else if (dice < 0.8) {
      this.#count('ended by SIGKILL');
      // A disk in memory would go with its process; it ends the process itself.
      if (disk.hasPower) broker.end({ lost: 'process', afterCalls: 0 });
      else await broker.kill();
      await broker.ended;
    } else {
      this.#count('ended by a clean stop');
      broker.stop();
      const { code } = await broker.ended;
      promise(code === 0, 'a stop is clean', () => broker.describeEnding());
    }
  }

  async #startOnFullDisk(disk: FailingDisk): Promise<void> {
    const broker = new BrokerChild(setupOf(disk, true));
    try {
      const isServing = await broker.ready.then(
        () => true,
        () => false,
      );
      this.#count(isServing ? 'started on a full disk' : 'refused to start on a full disk');
      if (isServing) {
        broker.stop();
        await broker.ended;
        return;
      }
      const { code } = await broker.ended;
      const isClear = code === 1 && broker.refusal?.includes('full') === true && !broker.refusal.includes('\n');
      promise(isClear, 'a start on a full disk says so in one line', () => broker.refusal ?? broker.describeEnding());
    } finally {
      await broker.kill();
    }
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

function setupOf(disk: FailingDisk, isFull: boolean) {
  return {
    broker: { dataDir: disk.folder, port: 0, flush: 'fsync' as const, config: BROKER_CONFIG },
    disk: disk.disk(isFull),
  };
}

function explained(error: unknown, broker: BrokerChild, tolerance: Tolerance): unknown {
  const logged = broker.logged.slice(-15).join('\n    ');
  if (error instanceof Violation) {
    error.message += `\n  refused last: ${tolerance.lastRefusals.join('\n    ')}\n  the broker logged: ${logged}`;
    return error;
  }
  if (broker.ending === undefined) return error;
  return new Violation(
    'the broker does not end of itself',
    `${broker.refusal ?? broker.describeEnding()}\n  ${logged}`,
  );
}
