/** The load commands; everything that they say goes to `output`. */
import { type LoadCommand } from './command-line.ts';
import { assertAnswers, findDemo } from './demo-endpoints.ts';
import { type LoadName } from './load/load-names.ts';
import { runLoad } from './load/load-runner.ts';
import { type Load, type LoadOptions } from './load/load.ts';
import { movieflixLoad } from './load/movieflix-load.ts';
import { mybankLoad } from './load/mybank-load.ts';
import { latencyLine, refusalLines, type Place } from './place.ts';
import { systemClock } from './replay/replay-clock.ts';
import { replay } from './replay/replayer.ts';
import { withSender } from './replay/sending.ts';
import { countKinds } from './replay/trace.ts';

const LOADS: Readonly<Record<LoadName, (options: LoadOptions) => Load>> = {
  movieflix: movieflixLoad,
  mybank: mybankLoad,
};

/** A request carries what falls due within this time, so that the rate costs requests, not items. */
const BATCH_MS = 20;
const LARGEST_BATCH = 500;
/** The rate counts as reached from this share of it on: the last answers come after the time is over. */
const REACHED_SHARE = 0.95;

/** Runs a load. Returns whether the rate was reached and nothing was refused. */
export async function runLoadCommand(command: LoadCommand, place: Place): Promise<boolean> {
  const { rate, durationMs, users, seed } = command;
  const batchSize = Math.min(Math.max(Math.round((rate * BATCH_MS) / 1000), 1), LARGEST_BATCH);
  const load = LOADS[command.name]({ users, seed, batchSize });
  const addresses = await findDemo({
    services: load.services,
    given: command.addresses,
    ...(command.dataDir === undefined ? {} : { dataDir: command.dataDir }),
    from: place.folders,
  });
  await assertAnswers(addresses, systemClock);
  const say = (line: string): void => void place.output.write(`${line}\n`);
  const kinds = Object.entries(countKinds(load.preparation)).map(([kind, count]) => `${count} ${kind}`);
  say(`Preparing ${kinds.join(', ')} (seed ${seed})`);
  const prepared = await withSender(command, addresses, place.output, (sending) =>
    replay(load.preparation, { speed: 'max', concurrency: command.concurrency, clock: systemClock, ...sending }),
  );
  for (const line of refusalLines(prepared.result.refusals)) say(line);
  if (prepared.result.refusals.length > 0) return false;

  say(`Sending ${rate} ${load.things}/s for ${durationMs / 1000} s, ${batchSize} in a request`);
  const { result, retries } = await withSender(command, addresses, place.output, (sending) =>
    runLoad({
      rate,
      durationMs,
      concurrency: command.concurrency,
      clock: systemClock,
      next: load.next,
      wallClock: Date.now,
      ...sending,
    }),
  );
  const achieved = (result.acknowledged / result.durationMs) * 1000;
  const isReached = achieved >= rate * REACHED_SHARE;
  const seconds = (result.durationMs / 1000).toFixed(1);
  say(
    `Acknowledged ${result.acknowledged} ${load.things} in ${seconds} s: ${Math.round(achieved)}/s (${retries} retries)`,
  );
  say(latencyLine(result.latency));
  for (const line of refusalLines(result.refusals)) say(line);
  say(isReached ? `The rate of ${rate}/s was reached.` : `The rate of ${rate}/s was NOT reached.`);
  return isReached && result.refusals.length === 0;
}
