import { type ProjectionRebuildStatus } from '@headwater/event-sourcing';
import { durationText } from '../text-table.ts';

const WIDTH = 30;

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows a rebuild: one line that is written over on a terminal, else a line for each tenth. `undefined` ends it. */
export function progressLine(output: ProgressOutput): (rebuild: ProjectionRebuildStatus | undefined) => void {
  let lastTenth = -1;
  return (rebuild) => {
    if (!rebuild) {
      if (output.isTTY) output.write('\r\u001B[K');
      return;
    }
    const ratio = Math.min(1, rebuild.events / Math.max(1, rebuild.totalEvents));
    const line = textOf(rebuild, ratio);
    if (output.isTTY) {
      output.write(`\r\u001B[K${line}`);
      return;
    }
    const tenth = Math.floor(ratio * 10);
    if (tenth !== lastTenth) output.write(`${line}\n`);
    lastTenth = tenth;
  };
}

function textOf({ events, totalEvents, startedAt }: ProjectionRebuildStatus, ratio: number): string {
  const full = Math.round(ratio * WIDTH);
  const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
  const counts = `${events.toLocaleString('en')} of ${totalEvents.toLocaleString('en')} events`;
  const elapsedMs = startedAt ? Date.now() - startedAt.getTime() : 0;
  const left = ratio > 0.02 && ratio < 1 ? `, ${durationText((elapsedMs / ratio) * (1 - ratio))} left` : '';
  return `${bar} ${Math.floor(ratio * 100)}%  ${counts}${left}`;
}
