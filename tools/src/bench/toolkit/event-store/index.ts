/** Appends and reads of the event store, beside Emmett's. */
import { runProgram } from '../../load/child.ts';
import { ratioAtLeast, ratioAtMost } from '../../target.ts';
import type { Comparison, RowPlan } from '../comparison.ts';
import type { Stage } from '../stage.ts';
import type { AppendFigures, AppendWork, ReadFigures, ReadWork } from './work.ts';

const shapes = [
  { label: '10 writers', writers: 10, eventsPerAppend: 1, target: 2.5 },
  { label: '10 writers of 10 events', writers: 10, eventsPerAppend: 10, target: 2 },
  { label: '100 writers', writers: 100, eventsPerAppend: 1, target: 6 },
] as const;

const prefix = 'toolkit/event store';
const withoutOutbox = 'the peer appends without an outbox row';

export function eventStoreComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  const seconds = isQuick ? 1 : 3;
  const appends = shapes.map(({ label, target, ...shape }): Comparison => {
    const work = { ...shape, seconds, messagesPerAppend: 0 };
    return {
      name: `${prefix}/append/${label}`,
      rounds: 3,
      participants: {
        ours: () => appendFigures(stage, { ...work, store: 'ours' }),
        withOutbox: () => appendFigures(stage, { ...work, store: 'ours', messagesPerAppend: 1 }),
        ...(shape.eventsPerAppend > 1 && {
          withMessages: () =>
            appendFigures(stage, { ...work, store: 'ours', messagesPerAppend: shape.eventsPerAppend }),
        }),
        emmett: () => appendFigures(stage, { ...work, store: 'emmett' }),
      },
      rows: appendRows(target, shape.eventsPerAppend > 1),
    };
  });
  return [...appends, readComparison(stage, isQuick)];
}

function appendRows(target: number, hasSeveralEvents: boolean): RowPlan[] {
  const events = { unit: 'events/s', beside: 'emmett.eventsPerSecond' } as const;
  const forEachEvent: RowPlan = {
    ...events,
    suffix: '/with an outbox row for each event',
    figure: 'withMessages.eventsPerSecond',
    note: withoutOutbox,
  };
  return [
    { ...events, suffix: '', figure: 'ours.eventsPerSecond', target: ratioAtLeast(target) },
    { suffix: '/p99', figure: 'ours.p99Ms', beside: 'emmett.p99Ms', unit: 'ms', better: 'less' },
    {
      ...events,
      suffix: '/with an outbox row',
      figure: 'withOutbox.eventsPerSecond',
      target: ratioAtLeast(1.5),
      note: withoutOutbox,
    },
    ...(hasSeveralEvents ? [forEachEvent] : []),
  ];
}

function readComparison(stage: Stage, isQuick: boolean): Comparison {
  const work = { events: 1000, reads: isQuick ? 20 : 200 };
  return {
    name: `${prefix}/read a stream of 1,000 events`,
    rounds: 3,
    participants: {
      ours: () => readFigures(stage, { ...work, store: 'ours' }),
      emmett: () => readFigures(stage, { ...work, store: 'emmett' }),
    },
    rows: [
      {
        suffix: '',
        figure: 'ours.medianMs',
        beside: 'emmett.medianMs',
        unit: 'ms',
        better: 'less',
        target: ratioAtMost(1),
      },
    ],
  };
}

async function appendFigures(stage: Stage, work: Omit<AppendWork, 'databaseUrl'>) {
  const databaseUrl = await stage.newDatabase();
  const figures = await runProgram<AppendFigures>('toolkit/event-store/append-program', { ...work, databaseUrl });
  return { ...figures };
}

async function readFigures(stage: Stage, work: Omit<ReadWork, 'databaseUrl'>) {
  const databaseUrl = await stage.newDatabase();
  return { ...(await runProgram<ReadFigures>('toolkit/event-store/read-program', { ...work, databaseUrl })) };
}
