import { setTimeout as delay } from 'node:timers/promises';
import { BrokerChild } from '../broker/broker-child.ts';
import { ConnectionLost } from '../broker/broker-client.ts';
import type { Random } from '../random.ts';
import { Violation } from '../violation.ts';
import { describePlan, planCycle, type CyclePlan, type EndBy } from './cycle-plan.ts';
import type { World } from './world.ts';

/** Small logs of the coordinators, and every background task all the time. */
export const BROKER_CONFIG: Readonly<Record<string, string>> = {
  'offsets.topic.num.partitions': '2',
  'transaction.state.log.num.partitions': '2',
  'log.flush.offset.checkpoint.interval.ms': '40',
  'log.retention.check.interval.ms': '30',
  'log.cleaner.backoff.ms': '20',
};

/** The load of a cycle ends with its broker. */
const NEVER = new AbortController().signal;

/** Far longer than a start takes, however busy the machine is. */
const START_DEADLINE_MS = 120_000;

/** How a cycle ended: how far it came, and by which end. */
export interface CycleResult {
  readonly reached: 'start' | 'check' | 'load';
  readonly endedBy: EndBy['kind'] | 'kill-at-start' | 'disk-call';
}

/** Starts the broker on the world's folder, compares, loads, and ends it as planned. @throws Violation. */
export async function runCycle(world: World, random: Random): Promise<CycleResult> {
  const plan = planCycle(random);
  const { disk, flush } = plan;
  const broker = new BrokerChild({
    broker: { dataDir: world.folder, port: 0, flush, config: BROKER_CONFIG },
    disk,
  });
  try {
    return await new Cycle(world, broker, plan).run();
  } catch (error) {
    if (error instanceof Violation) {
      error.message += `\n  in a cycle of: ${describePlan(plan)}`;
      const lines = broker.logged.slice(-10);
      if (lines.length > 0) error.message += `\n  the broker logged: ${lines.join('\n    ')}`;
    }
    throw error;
  } finally {
    await broker.kill();
  }
}

class Cycle {
  readonly #world: World;
  readonly #broker: BrokerChild;
  readonly #plan: CyclePlan;

  constructor(world: World, broker: BrokerChild, plan: CyclePlan) {
    this.#world = world;
    this.#broker = broker;
    this.#plan = plan;
  }

  async run(): Promise<CycleResult> {
    const port = await this.#start();
    if (port === undefined) return this.#early('start');
    try {
      await this.#world.check(port);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      await this.#expectPlannedEnd();
      return this.#early('check');
    }
    return await this.#load(port);
  }

  /** @returns the port, or undefined when it ended before it served, as planned. */
  async #start(): Promise<number | undefined> {
    const { killAfterStartMs } = this.#plan;
    if (killAfterStartMs !== undefined) {
      await Promise.race([delay(killAfterStartMs), this.#broker.ended]);
      await this.#broker.kill();
    }
    const deadline = AbortSignal.timeout(START_DEADLINE_MS);
    const late = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => reject(new Violation('the broker starts again', 'it did not come up')));
    });
    try {
      return await Promise.race([this.#broker.ready, late]);
    } catch (error) {
      if (error instanceof Violation) throw error;
      await this.#expectPlannedEnd();
      return undefined;
    }
  }

  async #load(port: number): Promise<CycleResult> {
    const { loadMs, endBy } = this.#plan;
    let violation: Error | undefined;
    const loaded = this.#world.load(port, NEVER, (found) => (violation ??= found as Error));
    await Promise.race([delay(loadMs), this.#broker.ended, loaded]);
    const isEarly = this.#broker.ending !== undefined;
    if (violation === undefined) await this.#end();
    else await this.#broker.kill();
    await loaded;
    if (violation !== undefined) throw violation;
    this.#broker.checkLog();
    return isEarly ? this.#early('load') : { reached: 'load', endedBy: endBy.kind };
  }

  async #end(): Promise<void> {
    const { endBy } = this.#plan;
    const broker = this.#broker;
    switch (endBy.kind) {
      case 'kill':
        await broker.kill();
        return;
      case 'disk':
        broker.end(endBy.end);
        break;
      case 'stop-and-kill':
        broker.stop();
        await Promise.race([delay(endBy.afterMs), broker.ended]);
        await broker.kill();
        return;
      case 'stop-and-disk':
        broker.end(endBy.end);
        broker.stop();
        break;
      case 'stop':
        broker.stop(endBy.lost);
    }
    await this.#expectPlannedEnd();
  }

  /** @throws Violation when the process ended of something else than this drill. */
  async #expectPlannedEnd(): Promise<void> {
    const { code, signal } = await this.#broker.ended;
    if (this.#broker.refusal !== undefined) throw new Violation('the broker starts again', this.#broker.refusal);
    if (signal !== 'SIGKILL' && code !== 0)
      throw new Violation('the broker does not end of itself', this.#broker.describeEnding());
    this.#broker.checkLog();
  }

  #early(reached: CycleResult['reached']): CycleResult {
    return { reached, endedBy: this.#plan.killAfterStartMs === undefined ? 'disk-call' : 'kill-at-start' };
  }
}
