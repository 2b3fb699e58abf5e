/**
 * A gentle load of every case whose services are there, until it is stopped: so that the pages live. A service that is away is waited
 * for; nothing that happens to one case ends another's.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type DemoCommand } from './command-line.ts';
import { findDemo, type Addresses } from './demo-endpoints.ts';
import { Faults, NO_FAULTS } from './load/faults.ts';
import { LOAD_NAMES, type LoadName } from './load/load-names.ts';
import { runLoad } from './load/load-runner.ts';
import { refusalLines, type Place } from './place.ts';
import { CommandSender } from './replay/command-sender.ts';
import { systemClock, type ReplayClock } from './replay/replay-clock.ts';
import { replay } from './replay/replayer.ts';
import { LOADS } from './run-load.ts';
import { SimulatorError } from './simulator-error.ts';

/** What was refused is told, and forgotten, so often. */
const STRETCH_MS = 60_000;
const PAUSE_MS = 5000;
/** Of requests under way at once in a case. */
const CONCURRENCY = 4;

/** Of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

class Stopped extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns true when it was stopped. @throws SimulatorError when the services of no case are known. */
export async function runDemo(
  command: DemoCommand,
  place: Place,
  stopping: AbortSignal,
  environment: Environment,
): Promise<boolean> {
  const clock = stoppableClock(stopping);
  const found: [LoadName, Addresses][] = [];
  let missing: unknown;
  for (const name of LOAD_NAMES) {
    try {
      found.push([name, await addressesOf(name, command, place, environment)]);
    } catch (error) {
      if (!(error instanceof SimulatorError)) throw error;
      missing = error;
    }
  }
  if (found.length === 0) throw missing;
  const cases = found.map(([name]) => name).join(',');
  place.output.write(`ready cases=${cases} rate=${command.rate}\n`);
  if (command.rate === 0) await clock.sleep(Number.POSITIVE_INFINITY).catch(() => undefined);
  else await Promise.all(found.map(([name, addresses]) => keepAlive(name, addresses, command, place, clock, stopping)));
  return true;
}

function addressesOf(name: LoadName, command: DemoCommand, place: Place, environment: Environment): Promise<Addresses> {
  const { services } = LOADS[name]({ users: command.users, seed: command.seed, batchSize: 1, profile: 'steady' });
  const given = new Map(command.addresses);
  for (const service of services) {
    const url = environment[`${service.replaceAll('-', '_').toUpperCase()}_URL`];
    if (url !== undefined && !given.has(service)) given.set(service, url);
  }
  const dataDir = command.dataDir === undefined ? {} : { dataDir: command.dataDir };
  return findDemo({ services, given, ...dataDir, from: place.folders });
}

/** Sends the load of a case until it is stopped; begins again after a failure. */
async function keepAlive(
  name: LoadName,
  addresses: Addresses,
  command: DemoCommand,
  place: Place,
  clock: ReplayClock,
  stopping: AbortSignal,
): Promise<void> {
  const { rate, users, seed } = command;
  const say = (line: string): void => void place.output.write(`${name}: ${line}\n`);
  const sender = new CommandSender({
    addressOf: (service) => addresses.get(service) ?? '',
    concurrency: CONCURRENCY,
    // A part that a lesson holds down, or a person, comes back some day.
    giveUpAfterMs: Number.POSITIVE_INFINITY,
    clock,
    random: Math.random,
  });
  const send = sender.send.bind(sender);
  while (!stopping.aborted) {
    try {
      const load = LOADS[name]({ users, seed, batchSize: 1, profile: 'steady' });
      const prepared = await replay(load.preparation, { speed: 'max', concurrency: CONCURRENCY, clock, send });
      for (const line of refusalLines(prepared.refusals)) say(line);
      say(`people live, ${rate} ${load.things} a second`);
      for (;;) {
        const faults = new Faults(NO_FAULTS, seed);
        const options = { rate, profile: 'steady', concurrency: CONCURRENCY, clock, faults, send } as const;
        const stretch = { ...options, durationMs: STRETCH_MS, next: load.next, wallClock: Date.now };
        for (const line of refusalLines((await runLoad(stretch)).refusals)) say(line);
      }
    } catch (error) {
      if (error instanceof Stopped) break;
      say(`begins again in ${PAUSE_MS / 1000} s: ${Error.isError(error) ? error.message : String(error)}`);
      await clock.sleep(PAUSE_MS).catch(() => undefined);
    }
  }
  await sender.close();
}

/** A clock whose sleepers are woken by the stop, with {@link Stopped}. */
function stoppableClock(stopping: AbortSignal): ReplayClock {
  setMaxListeners(0, stopping);
  return {
    nowMs: () => systemClock.nowMs(),
    async sleep(durationMs) {
      try {
        await delay(Math.min(durationMs, LONGEST_MS), undefined, { signal: stopping });
      } catch {
        throw new Stopped();
      }
    },
  };
}
