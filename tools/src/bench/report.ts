import type { Bench, Row } from './bench.ts';
import type { MachineFacts } from './machine.ts';

/** One bench and what it gave. */
export interface BenchResult {
  readonly bench: Bench;
  readonly rows: readonly Row[];
}

const barCells = 20;

/** docs/benchmarks.md: one table for each bench. */
export function renderReport(results: readonly BenchResult[], machine: MachineFacts, date: Date): string {
  const lines = [
    '# Benchmarks',
    '',
    'Made by `npm run bench`; do not edit. Each value is the median of several rounds. A baseline is the same work done by a',
    'minimal program of the bench in the same run, round by round in turns, so that the ratio says more than the value: it holds',
    'on other machines and on a busy one.',
    '',
    `Taken on ${date.toISOString().slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}. Client and`,
    'server share the cores.',
    '',
  ];
  for (const { bench, rows } of results) {
    lines.push(
      `## ${bench.name}`,
      '',
      bench.about,
      '',
      '| what | value | baseline | ratio | |',
      '|---|--:|--:|--:|---|',
    );
    for (const { name, value, unit, baseline, ratio } of rows) {
      const cells = [name, `${format(value)} ${unit}`, baseline === null ? '' : `${format(baseline)} ${unit}`];
      lines.push(
        `| ${cells.join(' | ')} | ${ratio === null ? '' : ratio.toFixed(2)} | ${ratio === null ? '' : bar(ratio)} |`,
      );
    }
    lines.push('');
  }
  return lines.join('\n');
}

/** A full bar is a ratio of 1. */
function bar(ratio: number): string {
  const filled = Math.max(0, Math.min(barCells, Math.round(ratio * barCells)));
  return `\`${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}\`${ratio > 1 ? '+' : ''}`;
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
