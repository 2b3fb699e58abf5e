/** The replay command from the recording to the comparison; everything that it says goes to `output`. */
import { type ReplayCommand } from './command-line.ts';
import { assertAnswers, findDemo, SERVICE_NOT_THERE } from './demo-endpoints.ts';
import { latencyLine, refusalLines, resolveFolder, type Place } from './place.ts';
import { findRecordings, type FoundRecording } from './recordings/find-recordings.ts';
import { systemClock } from './replay/replay-clock.ts';
import { replay, type ReplayResult } from './replay/replayer.ts';
import { withSender } from './replay/sending.ts';
import { countKinds, type Trace } from './replay/trace.ts';
import { SimulatorError } from './simulator-error.ts';
import { compareAnswers } from './verify/compare-answers.ts';

/**
 * Replays the recording, or each of the folder's, one after another. Returns whether everything was acknowledged and, if
 * asked, the services say what the files hold; of several, those for which the demo has no services are left out.
 */
export async function runReplay(command: ReplayCommand, place: Place): Promise<boolean> {
  const found = await findRecordings(resolveFolder(command.folder, place));
  let succeeded = true;
  for (const recording of found) {
    try {
      succeeded = (await replayOne(recording, command, place)) && succeeded;
    } catch (error) {
      const isOneOfMany = found.length > 1;
      if (!isOneOfMany || !(error instanceof SimulatorError) || error.code !== SERVICE_NOT_THERE) throw error;
      place.output.write(`Leaving out ${recording.folder}: ${error.message}\n`);
    }
  }
  return succeeded;
}

async function replayOne({ folder, kind }: FoundRecording, command: ReplayCommand, place: Place): Promise<boolean> {
  const { trace, checks } = await kind.read(folder);
  const asked = command.verify ? checks : [];
  const addresses = await findDemo({
    services: [...trace.events.map(({ service }) => service), ...asked.map(({ service }) => service)],
    given: command.addresses,
    ...(command.dataDir === undefined ? {} : { dataDir: command.dataDir }),
    from: place.folders,
  });
  await assertAnswers(addresses, systemClock);
  const say = (line: string): void => void place.output.write(`${line}\n`);
  say(`Replaying ${trace.name} (${kind.title}): ${kindsText(countKinds(trace))}`);
  for (const [reason, count] of Object.entries(trace.leftOut)) say(`  left out: ${count} ${reason}`);

  const { result, retries } = await withSender(command, addresses, place.output, (sending) =>
    replay(trace, { speed: command.speed, concurrency: command.concurrency, clock: systemClock, ...sending }),
  );
  for (const line of resultLines(trace, result, retries)) say(line);
  let isEqual = true;
  for (const check of asked) isEqual = (await compareAnswers(check, 'recording', command, addresses, place)) && isEqual;
  return result.refusals.length === 0 && isEqual;
}

/** `887 posts, 4119 likes`. */
function kindsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

function resultLines(trace: Trace, result: ReplayResult, retries: number): string[] {
  const count = Object.values(result.acknowledged).reduce((sum, value) => sum + value, 0);
  const seconds = result.durationMs / 1000;
  const rate = Math.round(count / Math.max(seconds, 0.001));
  const kinds = Object.keys(countKinds(trace)).map((kind) => [kind, result.acknowledged[kind] ?? 0] as const);
  return [
    `Acknowledged ${count} in ${seconds.toFixed(1)} s: ${rate}/s (${kindsText(Object.fromEntries(kinds))}; ${retries} retries)`,
    latencyLine(result.latency),
    ...refusalLines(result.refusals),
  ];
}
