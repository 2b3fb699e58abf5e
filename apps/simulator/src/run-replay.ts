/** The replay command from the recording to the comparison; everything that it says goes to `output`. */
import { type ReplayCommand } from './command-line.ts';
import { assertAnswers, findDemo, SERVICE_NOT_THERE, type Addresses } from './demo-endpoints.ts';
import { latencyLine, refusalLines, resolveFolder, type Place } from './place.ts';
import { findRecordings, type FoundRecording } from './recordings/find-recordings.ts';
import { systemClock } from './replay/replay-clock.ts';
import { replay, type ReplayResult } from './replay/replayer.ts';
import { withSender } from './replay/sending.ts';
import { countKinds, type Trace } from './replay/trace.ts';
import { SimulatorError } from './simulator-error.ts';
import { type Check, type Facts } from './verify/check.ts';
import { serviceReader } from './verify/service-reader.ts';
import { verifyAnswers, type Comparison } from './verify/verify-answers.ts';

const SHOWN_DIFFERENCES = 20;
const LONGEST_FACT = 80;

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
  for (const check of asked) {
    const comparison = await verify(check, command, addresses, place);
    for (const line of comparisonLines(check, comparison)) say(line);
    isEqual &&= comparison.differences.length === 0;
  }
  return result.refusals.length === 0 && isEqual;
}

async function verify(
  check: Check,
  command: ReplayCommand,
  addresses: Addresses,
  { output }: Place,
): Promise<Comparison> {
  const address = addresses.get(check.service) ?? '';
  const reader = serviceReader(address);
  output.write(`Comparing the ${check.title} at ${address} with the recording\n`);
  try {
    return await verifyAnswers({
      check,
      get: reader.get,
      clock: systemClock,
      patienceMs: command.verifyPatienceMs,
      onProgress: (equal, total) => {
        const end = equal === total ? '\n' : '';
        if (output.isTTY) output.write(`\r\x1b[2K  ${equal}/${total} ${check.things} are equal${end}`);
      },
    });
  } finally {
    await reader.close();
  }
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

function comparisonLines(check: Check, { expected, actual, things, differences }: Comparison): string[] {
  const names = Object.keys(expected);
  const label = Math.max(...names.map((name) => name.length), 0) + 2;
  const column = (value: string): string => value.padStart(Math.max(check.service.length, 'recording'.length) + 2);
  const lines = names.map(
    (name) => `  ${name.padEnd(label)}${column(String(expected[name]))}${column(String(actual[name] ?? 0))}`,
  );
  if (lines.length > 0) lines.unshift(`  ${''.padEnd(label)}${column('recording')}${column(check.service)}`);
  if (differences.length === 0) return [...lines, `The ${check.title} are equal: ${things} ${check.things}.`];
  lines.push(`${differences.length} of ${things} ${check.things} DIFFER:`);
  for (const { thing, expected: wanted, actual: found } of differences.slice(0, SHOWN_DIFFERENCES)) {
    const said = found === undefined ? 'nothing' : factsText(found);
    lines.push(`  ${thing}: recording ${factsText(wanted)}; ${check.service} ${said}`);
  }
  if (differences.length > SHOWN_DIFFERENCES) lines.push(`  and ${differences.length - SHOWN_DIFFERENCES} more`);
  return lines;
}

/** `2 likes, 1 comments`. */
function factsText(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => (typeof value === 'number' ? `${value} ${name}` : `${name} ${shortened(value)}`))
    .join(', ');
}

function shortened(text: string): string {
  return text.length > LONGEST_FACT ? `${text.slice(0, LONGEST_FACT)}…` : text;
}
