/**
 * A picture of a bench's ratios: a bar for each row on a logarithmic scale, to the right of the middle where ours is ahead, to the
 * left where it is behind. Its colors follow the reader's choice of light or dark.
 */
import type { Row } from './bench.ts';

const rowHeight = 18;
const labelWidth = 380;
const plotWidth = 380;
const valueWidth = 60;
const top = 34;
/** The scale reaches at least from here to there. */
const [leastFrom, leastTo] = [0.5, 2];
const scale = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const scaleLabelWidth = 42;

/** SVG; undefined when no row has a ratio. */
export function ratioChart(rows: readonly Row[]): string | undefined {
  const bars = rows.flatMap((row) => (row.ratio === null || row.ratio <= 0 ? [] : [{ row, gain: gainOf(row) }]));
  if (bars.length === 0) return undefined;
  const gains = bars.map(({ gain }) => gain);
  const [from, to] = [Math.log10(Math.min(leastFrom, ...gains)), Math.log10(Math.max(leastTo, ...gains))];
  const xOf = (gain: number): number => labelWidth + (plotWidth * (Math.log10(gain) - from)) / (to - from);
  const width = labelWidth + plotWidth + valueWidth;
  const height = top + bars.length * rowHeight + 8;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>How many times better ours is, row by row, on a logarithmic scale</title>',
    '<style>',
    'text{font:12px system-ui,sans-serif;fill:#24292f}.scale{font-size:11px;fill:#57606a}.grid{stroke:#d0d7de}.ahead{fill:#1a7f64}.behind{fill:#cf5b2e}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.scale{fill:#9198a1}.grid{stroke:#3d444d}.ahead{fill:#3fb68b}.behind{fill:#f0883e}}',
    '</style>',
    ...gridLines(xOf, height),
    ...bars.flatMap(({ row, gain }, index) => barLines(row, gain, top + index * rowHeight, xOf)),
    '</svg>',
    '',
  ];
  return lines.join('\n');
}

/** How many times better: above 1 where ours is ahead. */
function gainOf({ ratio, better }: Row): number {
  return better === 'less' ? 1 / ratio! : ratio!;
}

function gridLines(xOf: (gain: number) => number, height: number): string[] {
  const steps = scale.filter((gain) => xOf(gain) >= labelWidth && xOf(gain) <= labelWidth + plotWidth);
  let labelledTo = -Infinity;
  return steps.flatMap((gain) => {
    const x = xOf(gain);
    // Where there is no room for all labels, that of the middle stays.
    const isFree = x - labelledTo >= scaleLabelWidth && (gain === 1 || Math.abs(x - xOf(1)) >= scaleLabelWidth);
    const label = `<text class="scale" x="${x.toFixed(1)}" y="${top - 12}" text-anchor="middle">${gain === 1 ? 'equal' : `×${gain}`}</text>`;
    if (isFree) labelledTo = x;
    const ends = `x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top - 6}" y2="${height - 4}"`;
    const line = `<line class="grid" ${ends}${gain === 1 ? ' stroke-width="2"' : ''}/>`;
    return isFree ? [line, label] : [line];
  });
}

function barLines(row: Row, gain: number, y: number, xOf: (gain: number) => number): string[] {
  const [from, to] = gain >= 1 ? [xOf(1), xOf(gain)] : [xOf(gain), xOf(1)];
  const kind = gain >= 1 ? 'ahead' : 'behind';
  const baseline = y + rowHeight - 5;
  const end = gain >= 1 ? to + 5 : xOf(1) + 5;
  const label = row.name.slice(row.name.indexOf('/') + 1);
  return [
    `<text x="${labelWidth - 12}" y="${baseline}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${kind}" x="${from.toFixed(1)}" y="${y + 3}" width="${(to - from).toFixed(1)}" height="${rowHeight - 6}"/>`,
    `<text class="scale" x="${end.toFixed(1)}" y="${baseline}">×${gain.toFixed(gain < 10 ? 2 : 0)}</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
