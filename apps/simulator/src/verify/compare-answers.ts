/** Compares what services say with what was recorded or sent, and tells of each difference. */
import { type SendingCommand } from '../command-line.ts';
import { type Addresses } from '../demo-endpoints.ts';
import { type Place } from '../place.ts';
import { systemClock } from '../replay/replay-clock.ts';
import { type Check, type Facts } from './check.ts';
import { serviceReader } from './service-reader.ts';
import { readAll, verifyAnswers, type Comparison } from './verify-answers.ts';

const SHOWN_DIFFERENCES = 20;
const LONGEST_FACT = 80;

/** What a service says of some things, asked once. */
export async function answersOf(
  check: Omit<Check, 'expected'>,
  things: readonly string[],
  addresses: Addresses,
): Promise<Map<string, Facts | undefined>> {
  const reader = serviceReader(addresses.get(check.service) ?? '');
  try {
    return new Map(await readAll(things, check, reader.get));
  } finally {
    await reader.close();
  }
}

/** Waits until a service says what a check expects, or nothing changes any more. Returns whether all is equal. */
export async function compareAnswers(
  check: Check,
  against: 'recording' | 'sent',
  { verifyPatienceMs }: Pick<SendingCommand, 'verifyPatienceMs'>,
  addresses: Addresses,
  { output }: Place,
): Promise<boolean> {
  const address = addresses.get(check.service) ?? '';
  const reader = serviceReader(address);
  const what = against === 'sent' ? 'what was sent' : 'the recording';
  try {
    const absence = await check.absence?.(reader.get);
    if (absence !== undefined) {
      output.write(`NOT COMPARED: the ${check.title}, because ${absence}\n`);
      return true;
    }
    output.write(`Comparing the ${check.title} at ${address} with ${what}\n`);
    const comparison = await verifyAnswers({
      check,
      get: reader.get,
      clock: systemClock,
      patienceMs: verifyPatienceMs,
      onProgress: (equal, total) => {
        const end = equal === total ? '\n' : '';
        if (output.isTTY) output.write(`\r\x1b[2K  ${equal}/${total} ${check.things} are equal${end}`);
      },
    });
    for (const line of comparisonLines(check, against, comparison)) output.write(`${line}\n`);
    return comparison.differences.length === 0;
  } finally {
    await reader.close();
  }
}

function comparisonLines(
  check: Check,
  against: string,
  { expected, actual, things, differences }: Comparison,
): string[] {
  const names = Object.keys(expected);
  const label = Math.max(...names.map((name) => name.length), 0) + 2;
  const column = (value: string): string => value.padStart(Math.max(check.service.length, against.length) + 2);
  const lines = names.map(
    (name) => `  ${name.padEnd(label)}${column(String(expected[name]))}${column(String(actual[name] ?? 0))}`,
  );
  if (lines.length > 0) lines.unshift(`  ${''.padEnd(label)}${column(against)}${column(check.service)}`);
  if (differences.length === 0) return [...lines, `The ${check.title} are equal: ${things} ${check.things}.`];
  lines.push(`${differences.length} of ${things} ${check.things} DIFFER:`);
  for (const { thing, expected: wanted, actual: found } of differences.slice(0, SHOWN_DIFFERENCES)) {
    const said = found === undefined ? 'nothing' : factsText(found);
    lines.push(`  ${thing}: ${against} ${factsText(wanted)}; ${check.service} ${said}`);
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
