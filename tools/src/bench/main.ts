/**
 * `npm run bench [-- names…] [--json FILE] [--quick]`: runs the benches named (default all), shows their rows as they come, and
 * writes docs/benchmarks.md when all ran in full.
 */
import fs from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import type { Bench, Row } from './bench.ts';
import { benches } from './benches.ts';
import { machineFacts } from './machine.ts';
import { type BenchResult, renderReport } from './report.ts';

const help = `Usage: npm run bench -- [names…] [--json FILE] [--quick]

  names         benches to run, default all: ${benches.map(({ name }) => name).join(', ')}
  --json FILE   write the rows as JSON
  --quick       short rounds, to see that everything works; docs/benchmarks.md stays as it is
`;

interface Arguments {
  readonly chosen: readonly Bench[];
  readonly json: string | undefined;
  readonly quick: boolean;
}

function readArguments(): Arguments | string {
  try {
    const { values, positionals } = parseArgs({
      options: {
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (values.help === true) return help;
    const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
    if (unknown !== undefined) return `There is no bench '${unknown}'.\n\n${help}`;
    const chosen = benches.filter((bench) => positionals.length === 0 || positionals.includes(bench.name));
    return { chosen, json: values.json, quick: values.quick };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${help}`;
  }
}

function show(row: Row): void {
  const ratio = row.ratio === null ? '' : `ratio ${row.ratio.toFixed(2)} of ${row.baseline} ${row.unit}`;
  console.log(`${row.name.padEnd(34)} ${String(row.value).padStart(8)} ${row.unit.padEnd(10)} ${ratio}`);
}

async function runBench(bench: Bench, quick: boolean): Promise<BenchResult> {
  const rows: Row[] = [];
  const isTerminal = process.stderr.isTTY;
  const onProgress = (line: string) => {
    if (isTerminal) process.stderr.write(`\r\u001b[K${bench.name}: ${line}`);
  };
  for await (const row of bench.rows({ quick, onProgress })) {
    if (isTerminal) process.stderr.write('\r\u001b[K');
    rows.push(row);
    show(row);
  }
  return { bench, rows };
}

async function main(): Promise<number> {
  // The libraries' own words would stand between the figures.
  Logger.overrideLogger(['error']);
  const given = readArguments();
  if (typeof given === 'string') {
    console.log(given);
    return given === help ? 0 : 2;
  }
  const results: BenchResult[] = [];
  for (const bench of given.chosen) results.push(await runBench(bench, given.quick));
  const rows = results.flatMap((result) => result.rows);
  if (given.json !== undefined) fs.writeFileSync(resolve(given.json), `${JSON.stringify(rows, null, 2)}\n`);
  if (!given.quick && given.chosen.length === benches.length) {
    const path = resolve(import.meta.dirname, '../../../docs/benchmarks.md');
    fs.writeFileSync(path, renderReport(results, machineFacts(), new Date()));
    console.log(`Wrote ${path}`);
  }
  return 0;
}

process.exitCode = await main();
