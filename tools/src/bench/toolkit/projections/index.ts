/** A projection that is built anew, beside a bare SELECT of its events. */
import { runProgram } from '../../load/child.ts';
import { ratioAtMost } from '../../target.ts';
import type { Comparison } from '../comparison.ts';
import type { Stage } from '../stage.ts';
import { fillEvents } from './fill-events.ts';
import type { EventsWork, RebuildFigures, SelectFigures } from './work.ts';

export function projectionComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  const events = isQuick ? 50_000 : 1_000_000;
  return [
    rebuildComparison(stage, '', { events, streams: 1_000 }),
    rebuildComparison(stage, ' of 10,000 streams', { events, streams: 10_000 }),
  ];
}

/** The read model has a row for each stream, so that more streams are more rows to change for each page of events. */
function rebuildComparison(stage: Stage, label: string, work: Omit<EventsWork, 'databaseUrl'>): Comparison {
  let filled: Promise<EventsWork> | undefined;
  const run = async <Result>(program: string) => {
    filled ??= fill(stage, work);
    return await runProgram<Result>(`toolkit/projections/${program}`, await filled);
  };
  return {
    name: `toolkit/projection/rebuild of 1,000,000 events${label}`,
    rounds: 2,
    participants: {
      ours: async () => ({ ...(await run<RebuildFigures>('rebuild-program')) }),
      select: async () => ({ ...(await run<SelectFigures>('select-program')) }),
    },
    rows: [
      {
        suffix: '',
        figure: 'ours.seconds',
        beside: 'select.seconds',
        unit: 's',
        better: 'less',
        target: ratioAtMost(3),
        note: 'the peer is a bare SELECT of the events; the read model, a row for each stream, is queried all the while',
      },
      { suffix: '/p99 of a query meanwhile', figure: 'ours.queryP99Ms', unit: 'ms', better: 'less' },
    ],
  };
}

async function fill(stage: Stage, work: Omit<EventsWork, 'databaseUrl'>): Promise<EventsWork> {
  const filled = { ...work, databaseUrl: await stage.newDatabase() };
  await fillEvents(filled);
  return filled;
}
