import type { Bench, Row, SkippedRow } from './bench.ts';
import type { BenchResult, Taken } from './results.ts';

const barCells = 20;

/** docs/benchmarks.md: one section for each bench that has results. */
export function renderReport(benches: readonly Bench[], results: readonly BenchResult[]): string {
  const lines = [
    '# Benchmarks',
    '',
    'Made by `npm run bench`; do not edit. Each value is the median of several rounds, ± half of their range. A baseline is the',
    'same work done by another program in the same run, round by round in turns, so that the ratio says more than the value: it',
    'holds on other machines and on a busy one. Load generator and server are processes of their own and share the cores. The bar',
    'is full where both are equal, `+` where ours is ahead; it shows the better side of the ratio, whichever way a figure counts.',
    '',
  ];
  for (const bench of benches) {
    const result = results.find(({ bench: name }) => name === bench.name);
    if (result) lines.push(...section(bench, result));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function section(bench: Bench, { taken, rows }: BenchResult): string[] {
  const measured = rows.filter((row) => 'value' in row);
  const skipped = rows.filter((row) => 'skipped' in row);
  const notes = [...new Set(measured.flatMap(({ note }) => (note === undefined ? [] : [note])))];
  const table = [
    `| what | value | ${bench.baseline ?? 'baseline'} | ratio | target | |`,
    '|---|--:|--:|--:|---|---|',
    ...measured.map((row) => tableLine(row, notes)),
  ];
  return [
    `## ${bench.name}`,
    '',
    bench.about,
    '',
    takenLine(taken),
    '',
    ...(bench.chart !== undefined && measured.some(({ ratio }) => ratio !== null)
      ? [`![Ours against ${bench.baseline ?? 'the baseline'}, row by row](${bench.chart})`, '']
      : []),
    ...(measured.length > 0 ? [...table, ''] : []),
    ...notes.map((note, index) => `${index + 1}. ${sentence(note)}`),
    ...(notes.length > 0 ? [''] : []),
    ...skippedLines(skipped),
    ...measured.flatMap(profileTable),
  ];
}

function takenLine({ on, machine }: Taken): string {
  return `Taken on ${on}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}.`;
}

function tableLine(row: Row, notes: readonly string[]): string {
  const { name, value, unit, baseline, ratio, spread, target, note } = row;
  const apart = spread === undefined ? '' : ` ±${Math.round(spread * 100)} %`;
  const cells = [
    note === undefined ? name : `${name} <sup>${notes.indexOf(note) + 1}</sup>`,
    `${format(value)} ${unit}${apart}`,
    baseline === null ? '' : `${format(baseline)} ${unit}`,
    ratio === null ? '' : formatRatio(ratio),
    target === undefined ? '' : `${target.text}: ${target.met ? 'met' : '**behind**'}`,
    ratio === null ? '' : bar(row.better === 'less' ? 1 / ratio : ratio),
  ];
  return `| ${cells.join(' | ')} |`;
}

function skippedLines(skipped: readonly SkippedRow[]): string[] {
  if (skipped.length === 0) return [];
  return [...skipped.map(({ name, skipped: reason }) => `- \`${name}\` was skipped: ${reason}`), ''];
}

function profileTable({ name, profile }: Row): string[] {
  if (profile === undefined) return [];
  return [
    `Where the broker's process was busy in \`${name}\`:`,
    '',
    '| share | function | |',
    '|--:|---|---|',
    ...profile.map((hot) => `| ${(hot.share * 100).toFixed(1)} % | \`${hot.name}\` | ${hot.place} |`),
    '',
  ];
}

/** A full bar is a share of 1. */
function bar(share: number): string {
  const filled = Math.max(0, Math.min(barCells, Math.round(share * barCells)));
  return `\`${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}\`${share > 1 ? '+' : ''}`;
}

function formatRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toFixed(3) : ratio.toFixed(2);
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 1 });
}

function sentence(note: string): string {
  return `${note.charAt(0).toUpperCase()}${note.slice(1)}.`;
}
