/** The load commands; everything that they say goes to `output`. */
import { type LoadCommand } from './command-line.ts';
import { assertAnswers, findDemo, type Addresses } from './demo-endpoints.ts';
import { FAULT_KINDS, Faults, type FaultKind } from './load/faults.ts';
import { campaignLoad } from './load/campaign-load.ts';
import { gettaxiLoad } from './load/gettaxi/gettaxi-load.ts';
import { type LoadName } from './load/load-names.ts';
import { runLoad, type LoadResult } from './load/load-runner.ts';
import { type Load, type LoadOptions } from './load/load.ts';
import { movieflixLoad } from './load/movieflix-load.ts';
import { socialLoad } from './load/social-load.ts';
import { mybankLoad } from './load/mybank-load.ts';
import { latencyLine, refusalLines, type Place } from './place.ts';
import { systemClock } from './replay/replay-clock.ts';
import { replay } from './replay/replayer.ts';
import { withSender } from './replay/sending.ts';
import { countKinds, type Trace } from './replay/trace.ts';
import { answersOf, compareAnswers } from './verify/compare-answers.ts';

/** The loads, by the names of their cases. */
export const LOADS: Readonly<Record<LoadName, (options: LoadOptions) => Load>> = {
  social: socialLoad,
  movieflix: movieflixLoad,
  mybank: mybankLoad,
  gettaxi: gettaxiLoad,
  campaign: campaignLoad,
};

/** A request carries what falls due within this time, so that the rate costs requests, not items. */
const BATCH_MS = 20;
const LARGEST_BATCH = 500;
/** The rate counts as reached from this share of it on: the last answers come after the time is over. */
const REACHED_SHARE = 0.95;

/**
 * Runs a load. Returns whether the rate was reached, nothing was refused but what was broken, and the services say what was
 * sent.
 */
export async function runLoadCommand(command: LoadCommand, place: Place): Promise<boolean> {
  const { rate, durationMs, users, seed, profile } = command;
  const batchSize = Math.min(Math.max(Math.round((rate * BATCH_MS) / 1000), 1), LARGEST_BATCH);
  const load = LOADS[command.name]({ users, seed, batchSize, profile });
  const addresses = await findDemo({
    services: load.services,
    given: command.addresses,
    ...(command.dataDir === undefined ? {} : { dataDir: command.dataDir }),
    from: place.folders,
  });
  await assertAnswers(addresses, systemClock);
  if (!(await send(load.preparation, 'Preparing', command, addresses, place))) return false;

  const checks = command.verify ? load.checks : [];
  const before = await Promise.all(checks.map((check) => answersOf(check, check.asksBefore, addresses)));
  const say = (line: string): void => void place.output.write(`${line}\n`);
  say(
    `Sending ${rate} ${load.things}/s for ${durationMs / 1000} s, ${batchSize} in a request (profile ${profile}, seed ${seed})`,
  );
  const faults = new Faults(command.faults, seed);
  const { result, retries } = await withSender(command, addresses, place.output, (sending) =>
    runLoad({
      rate,
      profile,
      durationMs,
      concurrency: command.concurrency,
      clock: systemClock,
      next: load.next,
      wallClock: Date.now,
      faults,
      ...sending,
    }),
  );
  const isReached = tellResult(command, load, result, retries, say);
  for (const line of FAULT_KINDS.flatMap((kind) => faultLines(kind, faults))) say(line);
  const ended = load.ending === undefined || (await send(load.ending(Date.now()), 'Ending', command, addresses, place));
  let isEqual = true;
  for (const [index, { expected, ...check }] of checks.entries()) {
    const whole = { ...check, expected: expected(before[index] ?? new Map()) };
    isEqual = (await compareAnswers(whole, 'sent', command, addresses, place)) && isEqual;
  }
  return isReached && ended && isEqual && result.refusals.length === 0 && faults.areAnsweredWell;
}

/** Sends what comes before a load or after it, as fast as it goes. Returns whether all of it was taken. */
async function send(
  trace: Trace,
  verb: 'Preparing' | 'Ending',
  command: LoadCommand,
  addresses: Addresses,
  place: Place,
): Promise<boolean> {
  if (trace.events.length === 0) return true;
  const kinds = Object.entries(countKinds(trace)).map(([kind, count]) => `${count} ${kind}`);
  place.output.write(`${verb}: ${kinds.join(', ')}\n`);
  const { result } = await withSender(command, addresses, place.output, (sending) =>
    replay(trace, { speed: 'max', concurrency: command.concurrency, clock: systemClock, ...sending }),
  );
  for (const line of refusalLines(result.refusals)) place.output.write(`${line}\n`);
  return result.refusals.length === 0;
}

/** Returns whether the rate was reached. */
function tellResult(
  { rate, durationMs }: LoadCommand,
  load: Load,
  result: LoadResult,
  retries: number,
  say: (line: string) => void,
): boolean {
  const achieved = (result.acknowledged / result.durationMs) * 1000;
  const wanted = (result.asked / durationMs) * 1000;
  const isReached = achieved >= wanted * REACHED_SHARE;
  const seconds = (result.durationMs / 1000).toFixed(1);
  say(
    `Acknowledged ${result.acknowledged} ${load.things} in ${seconds} s: ${Math.round(achieved)}/s (${retries} retries)`,
  );
  say(latencyLine(result.latency));
  for (const line of refusalLines(result.refusals)) say(line);
  const average = Math.round(wanted) === rate ? '' : ` at most, ${Math.round(wanted)}/s on average,`;
  say(`The rate of ${rate}/s${average} was ${isReached ? '' : 'NOT '}reached.`);
  return isReached;
}

const MUST: Readonly<Record<FaultKind, 'acknowledged' | 'refused'>> = {
  duplicate: 'acknowledged',
  late: 'acknowledged',
  malformed: 'refused',
};

/** `Malformed: 12 requests sent, 0 acknowledged, 12 refused (400: 12), as it must be; the first: …`. */
function faultLines(kind: FaultKind, { counts }: Faults): string[] {
  const { sent, acknowledged, refused, example } = counts[kind];
  if (sent === 0) return [];
  const statuses = [...refused].map(([status, count]) => `${status}: ${count}`).join(', ');
  const refusals = sent - acknowledged;
  const isRight = MUST[kind] === 'refused' ? acknowledged === 0 : refusals === 0;
  const verdict = isRight ? 'as it must be' : `and all MUST be ${MUST[kind]}`;
  const words = `${kind[0]?.toUpperCase()}${kind.slice(1)}: ${sent} requests, ${acknowledged} acknowledged, ${refusals} refused`;
  const line = `${words}${statuses === '' ? '' : ` (${statuses})`}, ${verdict}`;
  return example === undefined ? [line] : [line, `  the first refusal: ${example}`];
}
