import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Drill } from './drill.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'drill';
      readonly drill: Drill;
      readonly numbers: Readonly<Record<string, number | undefined>>;
      readonly seed: number;
    };

/** A command line that cannot be meant. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const LARGEST_SEED = 2 ** 31 - 1;

/** Reads the arguments after the script's name. `newSeed` is taken when none is given. @throws UsageError */
export function parseCommandLine(args: readonly string[], drills: readonly Drill[], newSeed: number): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') return { kind: 'help', text: helpOfAll(drills) };
  const drill = drills.find((one) => one.name === name);
  if (drill === undefined)
    throw new UsageError(`There is no drill '${name}': ${drills.map((one) => one.name).join(', ')}; see --help.`);
  const values = parse(rest, drill);
  if (values['help'] === true) return { kind: 'help', text: helpOf(drill) };
  const numbers = Object.fromEntries(
    drill.options.map((option) => [option.name, numberOf(option.name, values[option.name]) ?? option.standard]),
  );
  const seed = numberOf('seed', values['seed']) ?? newSeed;
  if (!Number.isInteger(seed) || seed > LARGEST_SEED)
    throw new UsageError(`--seed must be a whole number from 0 to ${LARGEST_SEED}, not '${String(values['seed'])}'.`);
  return { kind: 'drill', drill, numbers, seed };
}

function parse(args: readonly string[], drill: Drill): Record<string, string | boolean | undefined> {
  const options: ParseArgsOptionsConfig = { seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  for (const { name } of drill.options) options[name] = { type: 'string' };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Record<string, string | boolean | undefined>;
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new UsageError(`${(reason.split(/\.\s|\n/)[0] ?? '').replace(/\.$/, '')}; see --help.`, { cause: error });
  }
}

function numberOf(name: string, text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = text === '' ? Number.NaN : Number(text);
  if (!(number >= 0) || !Number.isFinite(number))
    throw new UsageError(`--${name} must be a number, not '${String(text)}'.`);
  return number;
}

function helpOfAll(drills: readonly Drill[]): string {
  const lines = drills.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`);
  return `Faults on purpose: the broker is broken at random, and must keep what it promised

Usage: npm run drill -- NAME [options]

${lines.join('\n')}

  NAME --help    what the drill does, and its options

A failure ends with code 1 and says which promise was broken, with the command that repeats the run.
`;
}

function helpOf({ name, details, options }: Drill): string {
  const lines = options.map(
    (option) =>
      `  ${`--${option.name} N`.padEnd(16)} ${option.about}${option.standard === undefined ? '' : ` (default ${option.standard})`}`,
  );
  return `${details}

Usage: npm run drill -- ${name} [options]

${lines.join('\n')}
  ${'--seed N'.padEnd(16)} repeats a run's choices; their timing is the machine's (default a new one)
  --help           print this
`;
}

/** The command that repeats a run. */
export function commandOf(drill: Drill, numbers: Readonly<Record<string, number | undefined>>, seed: number): string {
  const given = Object.entries(numbers).filter(([, number]) => number !== undefined);
  return [
    'npm run drill --',
    drill.name,
    ...given.map(([name, number]) => `--${name} ${number}`),
    `--seed ${seed}`,
  ].join(' ');
}
