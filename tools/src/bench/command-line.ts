import { parseArgs } from 'node:util';

export interface Arguments {
  /** Names of benches; empty: all. */
  readonly benches: readonly string[];
  /** Beginnings of rows' names behind the bench's, `produce` or `produce/16KB`; empty: all. */
  readonly rows: readonly string[];
  readonly json: string | undefined;
  readonly quick: boolean;
  /** Whether rows that are behind are profiled; unless it is said, in full runs. */
  readonly profile: boolean;
  /** Whether docs/benchmarks.md is written. */
  readonly docs: boolean;
}

/** Asked for, or because the command line cannot be meant; then the message says why. */
export interface HelpWanted {
  readonly help: string;
  readonly exitCode: 0 | 2;
}

export function helpText(benches: readonly string[]): string {
  return `Usage: npm run bench -- [bench] [rows…] [--quick] [--[no-]profile] [--no-docs] [--json FILE]

  bench         the bench to run, default all: ${benches.join(', ')}
  rows          of these the rows whose names begin so, for example: kafka produce "one record/50 in flight"
  --quick       short rounds, to see that everything works; docs/benchmarks.md stays as it is
  --profile     run rows that are behind once more under a profiler and show where the broker was busy (not when --quick,
                unless it is asked for; --no-profile: never)
  --no-docs     leave docs/benchmarks.md as it is
  --json FILE   write the rows as JSON, too

Results are merged into docs/benchmarks.json, from which docs/benchmarks.md is made. A full run takes about three quarters of an hour.
`;
}

/** Reads the arguments after the script's name. */
export function readArguments(args: readonly string[], known: readonly string[]): Arguments | HelpWanted {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
        profile: { type: 'boolean' },
        docs: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
      allowNegative: true,
    });
    if (values.help) return { help: helpText(known), exitCode: 0 };
    const benches = positionals.filter((name) => known.includes(name));
    const rows = positionals.filter((name) => !known.includes(name));
    if (rows.length > 0 && benches.length !== 1)
      return refusal(`Rows such as '${rows[0]}' need one bench before them: one of ${known.join(', ')}.`, known);
    const { json, quick, profile = !quick, docs } = values;
    return { benches, rows, json, quick, profile, docs: docs && !quick };
  } catch (error) {
    return refusal(error instanceof Error ? error.message : String(error), known);
  }
}

/** Whether rows of this name may be among those asked for. */
export function isWanted(name: string, bench: string, rows: readonly string[]): boolean {
  return rows.length === 0 || rows.some((row) => name.startsWith(row) || name.startsWith(`${bench}/${row}`));
}

function refusal(message: string, known: readonly string[]): HelpWanted {
  return { help: `${message}\n\n${helpText(known)}`, exitCode: 2 };
}
