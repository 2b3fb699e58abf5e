import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Refusal } from './replay/replayer.ts';
import { type LatencyHistogram } from './replay/latency-histogram.ts';
import { type ProgressOutput } from './replay/progress-bar.ts';

/** Where a command runs, and where its words go. */
export interface Place {
  readonly output: ProgressOutput;
  /** Folders against which a relative path is tried, the first that holds it wins. */
  readonly folders: readonly string[];
}

/** The folder that is meant by a path, which may be relative to any of the place's folders. */
export function resolveFolder(folder: string, { folders }: Place): string {
  const tried = folders.map((base) => resolve(base, folder));
  return tried.find((path) => existsSync(path)) ?? tried[0] ?? resolve(folder);
}

const SHOWN_REFUSALS = 10;

/** How long answers took, in one line. */
export function latencyLine(latency: LatencyHistogram): string {
  const at = (percent: number): string => `p${percent} ${latency.percentileMs(percent).toFixed(1)} ms`;
  return `Latency ${[50, 90, 99].map(at).join(', ')}, longest ${latency.maxMs.toFixed(1)} ms`;
}

/** What was refused, the first few with their place in the files; nothing when nothing was. */
export function refusalLines(refusals: readonly Refusal[]): string[] {
  if (refusals.length === 0) return [];
  const shown = refusals.slice(0, SHOWN_REFUSALS).map(({ event, reason }) => `  ${event.origin}: ${reason}`);
  const more = refusals.length > SHOWN_REFUSALS ? [`  and ${refusals.length - SHOWN_REFUSALS} more`] : [];
  return [`REFUSED ${refusals.length} commands:`, ...shown, ...more];
}
