/** Change capture and the relay from the write-ahead log, beside Debezium on Kafka Connect. */
import { ratioAtLeast, ratioAtMost, valueAtMost } from '../../target.ts';
import type { Comparison, Figures, Participant } from '../comparison.ts';
import { findJavaPeer } from '../peers/java-peer.ts';
import type { Stage } from '../stage.ts';
import { debezium, type Tuning } from './debezium.ts';
import { catchUp, latency, sustained } from './measures.ts';
import { own } from './own.ts';
import type { Capturer } from './work.ts';

const prefix = 'toolkit/change capture';
const tunedNote =
  'the peer is Debezium 3.7 on Kafka Connect 4.3.1, tuned: `max.batch.size` 8192, `max.queue.size` 32768, `poll.interval.ms` 10, ' +
  'producer `batch.size` 512 KiB, JSON without schemas';
const plainNote = 'the peer is Debezium 3.7 on Kafka Connect 4.3.1 as it comes';

export function changeCaptureComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  return [
    ...catchUpComparisons(stage, isQuick),
    latencyComparison(stage, isQuick),
    sustainedComparison(stage, isQuick),
  ];
}

/** Asks for the peer only when its turn comes, since it may have to be brought. */
function peer(stage: Stage, tuning: Tuning, measure: (capturer: Capturer) => Promise<Figures>): Participant {
  return async () => {
    const found = findJavaPeer('debezium');
    return typeof found === 'string' ? found : await measure(debezium(found, stage.folder, tuning));
  };
}

function catchUpComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  const rows = isQuick ? 5_000 : 200_000;
  const fewer = isQuick ? 5_000 : 50_000;
  const forms = [
    { form: 'rows', label: 'rows caught up', unit: 'rows/s' },
    { form: 'outbox', label: 'outbox events caught up', unit: 'events/s' },
  ] as const;
  return forms.map(({ form, label, unit }) => ({
    name: `${prefix}/${label}`,
    rounds: 2,
    participants: {
      ours: () => catchUp(stage, own, rows, form, false),
      tuned: peer(stage, 'tuned', (capturer) => catchUp(stage, capturer, rows, form, true)),
      plain: peer(stage, 'as it comes', (capturer) => catchUp(stage, capturer, fewer, form, true)),
    },
    rows: [
      {
        suffix: '',
        figure: 'ours.perSecond',
        beside: 'tuned.perSecond',
        unit,
        target: ratioAtLeast(1),
        note: tunedNote,
      },
      { suffix: '/beside it as it comes', figure: 'ours.perSecond', beside: 'plain.perSecond', unit, note: plainNote },
      {
        suffix: '/memory',
        figure: 'ours.peakMiB',
        beside: 'tuned.peakMiB',
        unit: 'MiB',
        better: 'less',
        target: ratioAtMost(0.1),
        note: 'the most that was resident while it caught up; ours is started with `--max-semi-space-size=2 --max-old-space-size=96`; the peer is tuned',
      },
    ],
  }));
}

function latencyComparison(stage: Stage, isQuick: boolean): Comparison {
  const seconds = isQuick ? 2 : 8;
  const tuned = { unit: 'ms', better: 'less' } as const;
  return {
    name: `${prefix}/commit to Kafka at 500 rows a second`,
    rounds: 2,
    participants: {
      ours: () => latency(stage, own, 500, seconds),
      tuned: peer(stage, 'tuned', (capturer) => latency(stage, capturer, 500, seconds)),
    },
    rows: [
      { ...tuned, suffix: '/p50', figure: 'ours.p50Ms', beside: 'tuned.p50Ms' },
      {
        ...tuned,
        suffix: '/p99',
        figure: 'ours.p99Ms',
        beside: 'tuned.p99Ms',
        target: ratioAtMost(1),
        note: tunedNote,
      },
      {
        suffix: '/memory before',
        figure: 'ours.idleMiB',
        beside: 'tuned.idleMiB',
        unit: 'MiB',
        better: 'less',
        target: ratioAtMost(0.1),
        note: 'resident while there is nothing to do, a bare Node process is above 40 MiB; the peer is tuned',
      },
    ],
  };
}

function sustainedComparison(stage: Stage, isQuick: boolean): Comparison {
  return {
    name: `${prefix}/10,000 rows a second`,
    rounds: 1,
    participants: { ours: () => sustained(stage, own, 10_000, isQuick ? 2 : 15) },
    rows: [
      { suffix: '', figure: 'ours.perSecond', unit: 'rows/s' },
      {
        suffix: '/behind at the end',
        figure: 'ours.behindMs',
        unit: 'ms',
        better: 'less',
        target: valueAtMost(1000),
        note: 'from the last commit until all rows are in Kafka',
      },
    ],
  };
}
