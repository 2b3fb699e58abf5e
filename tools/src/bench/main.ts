/**
 * `npm run bench -- [bench] [rows…]`: runs the benches, shows their rows as they come, and merges them into docs/benchmarks.json and
 * docs/benchmarks.md.
 */
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Bench, Row, SkippedRow } from './bench.ts';
import { benches } from './benches.ts';
import { ratioChart } from './chart.ts';
import { type Arguments, isWanted, readArguments } from './command-line.ts';
import { machineFacts } from './machine.ts';
import { renderReport } from './report.ts';
import { type BenchResult, mergeResults } from './results.ts';

const docs = resolve(import.meta.dirname, '../../../docs');

function show(row: Row | SkippedRow): void {
  if ('skipped' in row) {
    console.log(`${row.name.padEnd(54)} skipped: ${row.skipped}`);
    return;
  }
  const { name, value, unit, baseline, ratio, target } = row;
  const compared = ratio === null ? '' : `ratio ${ratio.toFixed(2)} of ${baseline} ${unit}`;
  const judged = target === undefined ? '' : `  ${target.text}: ${target.met ? 'met' : 'BEHIND'}`;
  console.log(`${name.padEnd(54)} ${String(value).padStart(8)} ${unit.padEnd(14)} ${compared}${judged}`);
  for (const hot of row.profile ?? []) console.log(`    ${(hot.share * 100).toFixed(1)} %  ${hot.name}  ${hot.place}`);
}

async function runBench(bench: Bench, { rows: asked, quick, profile }: Arguments): Promise<BenchResult> {
  const rows: (Row | SkippedRow)[] = [];
  const isTerminal = process.stderr.isTTY;
  const onProgress = (line: string) => {
    if (isTerminal) process.stderr.write(`\r\u001b[K${line}`);
  };
  const wants = (name: string) => isWanted(name, bench.name, asked);
  for await (const row of bench.rows({ quick, profile, wants, onProgress })) {
    if (isTerminal) process.stderr.write('\r\u001b[K');
    rows.push(row);
    show(row);
  }
  return { bench: bench.name, taken: { on: new Date().toISOString().slice(0, 10), machine: machineFacts() }, rows };
}

function write(results: readonly BenchResult[], isWhole: boolean): void {
  const dataPath = join(docs, 'benchmarks.json');
  const earlier = fs.existsSync(dataPath) ? (JSON.parse(fs.readFileSync(dataPath, 'utf8')) as BenchResult[]) : [];
  const merged = mergeResults(earlier, results, isWhole);
  fs.writeFileSync(dataPath, `${JSON.stringify(merged, null, 2)}\n`);
  fs.writeFileSync(join(docs, 'benchmarks.md'), renderReport(benches, merged));
  for (const bench of benches) {
    const rows = merged.find((result) => result.bench === bench.name)?.rows ?? [];
    const chart = ratioChart(rows.filter((row) => 'value' in row));
    if (bench.chart !== undefined && chart !== undefined) fs.writeFileSync(join(docs, bench.chart), chart);
  }
  console.log(`Wrote ${join(docs, 'benchmarks.md')}`);
}

async function main(): Promise<number> {
  // The libraries' own words would stand between the figures.
  Logger.overrideLogger(['error']);
  const given = readArguments(
    process.argv.slice(2),
    benches.map(({ name }) => name),
  );
  if ('help' in given) {
    console.log(given.help);
    return given.exitCode;
  }
  const chosen = benches.filter(({ name }) => given.benches.length === 0 || given.benches.includes(name));
  const results: BenchResult[] = [];
  for (const bench of chosen) {
    const result = await runBench(bench, given);
    results.push(result);
    // At once, so that a later bench that fails does not take the earlier ones' figures with it; and only what was measured, so
    // that a machine without Java does not wipe out what another one found.
    if (given.docs && result.rows.some((row) => 'value' in row)) write([result], given.rows.length === 0);
  }
  const rows = results.flatMap((result) => result.rows);
  if (rows.length === 0) {
    console.error(`There is no row that begins with ${given.rows.join(' or ')}`);
    return 2;
  }
  if (given.json !== undefined) fs.writeFileSync(resolve(given.json), `${JSON.stringify(rows, null, 2)}\n`);
  return rows.some((row) => 'failed' in row) ? 1 : 0;
}

// What the bench started is ended with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();
