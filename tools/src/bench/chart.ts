/**
 * A picture of a bench's ratios: a bar for each row on a logarithmic scale, to the right of the middle where ours is ahead, to the
 * left where it is behind. Its colors follow the reader's choice of light or dark.
 */
import type { Row } from './bench.ts';

const rowHeight = 18;
const labelWidth = 330;
const plotWidth = 420;
const valueWidth = 70;
const top = 34;
/** The scale reaches at least from a half to double. */
const leastSpan = Math.log10(2);

/** SVG; undefined when no row has a ratio. */
export function ratioChart(rows: readonly Row[]): string | undefined {
  const bars = rows.flatMap((row) => (row.ratio === null || row.ratio <= 0 ? [] : [{ row, gain: gainOf(row) }]));
  if (bars.length === 0) return undefined;
  const span = Math.max(leastSpan, ...bars.map(({ gain }) => Math.abs(Math.log10(gain)))) * 1.05;
  const xOf = (gain: number): number => labelWidth + plotWidth * (0.5 + Math.log10(gain) / (2 * span));
  const width = labelWidth + plotWidth + valueWidth;
  const height = top + bars.length * rowHeight + 8;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>How many times better ours is, row by row, on a logarithmic scale</title>',
    '<style>',
    'text{font:12px system-ui,sans-serif;fill:#24292f}.scale{font-size:11px;fill:#57606a}.grid{stroke:#d0d7de}.ahead{fill:#1a7f64}.behind{fill:#cf5b2e}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.scale{fill:#9198a1}.grid{stroke:#3d444d}.ahead{fill:#3fb68b}.behind{fill:#f0883e}}',
    '</style>',
    ...gridLines(span, xOf, height),
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

function gridLines(span: number, xOf: (gain: number) => number, height: number): string[] {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].filter(
    (gain) => Math.abs(Math.log10(gain)) <= span,
  );
  return steps.flatMap((gain) => {
    const x = xOf(gain).toFixed(1);
    const stroke = gain === 1 ? ' stroke-width="2"' : '';
    return [
      `<line class="grid" x1="${x}" x2="${x}" y1="${top - 6}" y2="${height - 4}"${stroke}/>`,
      `<text class="scale" x="${x}" y="${top - 12}" text-anchor="middle">${gain === 1 ? 'equal' : `×${gain}`}</text>`,
    ];
  });
}

function barLines(row: Row, gain: number, y: number, xOf: (gain: number) => number): string[] {
  const [from, to] = gain >= 1 ? [xOf(1), xOf(gain)] : [xOf(gain), xOf(1)];
  const kind = gain >= 1 ? 'ahead' : 'behind';
  const baseline = y + rowHeight - 5;
  const end = gain >= 1 ? to + 5 : xOf(1) + 5;
  const label = row.name.split('/').slice(1).join(' / ');
  return [
    `<text x="${labelWidth - 12}" y="${baseline}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${kind}" x="${from.toFixed(1)}" y="${y + 3}" width="${(to - from).toFixed(1)}" height="${rowHeight - 6}"/>`,
    `<text class="scale" x="${end.toFixed(1)}" y="${baseline}">×${gain.toFixed(gain < 10 ? 2 : 0)}</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
