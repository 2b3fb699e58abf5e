/** The relay from the outbox's table, beside `pg-transactional-outbox`. */
import { Outbox } from '@headwater/event-sourcing';
import { programArguments, runProgram, startServer } from '../../load/child.ts';
import { percentile } from '../../statistics.ts';
import { ratioAtLeast, valueAtMost } from '../../target.ts';
import type { Comparison } from '../comparison.ts';
import { atRate, epochMs } from '../../load/paced.ts';
import type { Stage } from '../stage.ts';
import { countRecords, newTopic, readRecords } from '../topics.ts';
import { messageOf } from './messages.ts';
import { dropPeerSlot, fillPeerOutbox } from './peer-setup.ts';
import { type Database, openOutboxDatabase } from './relay.ts';
import type { DrainFigures, DrainWork, IdleFigures, PeerForm, RelayWork } from './work.ts';

const prefix = 'toolkit/outbox';
const perSecond = 500;
const rowsPerInsert = 1000;
const warmUpSeconds = 2;

export function outboxComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  return [drainComparison(stage, isQuick), latencyComparison(stage, isQuick), idleComparison(stage, isQuick)];
}

function drainComparison(stage: Stage, isQuick: boolean): Comparison {
  const [ours, theirs] = isQuick ? [5_000, 500] : [60_000, 2_500];
  const rate = { unit: 'messages/s', figure: 'ours.perSecond' } as const;
  return {
    name: `${prefix}/relay from the table`,
    rounds: 3,
    participants: {
      ours: () => drainOurs(stage, ours),
      replication: () => drainTheirs(stage, theirs, 'replication'),
      polling: () => drainTheirs(stage, theirs, 'polling'),
    },
    rows: [
      {
        ...rate,
        suffix: '',
        beside: 'replication.perSecond',
        target: ratioAtLeast(15),
        note: 'the peer is pg-transactional-outbox: all its messages may go at the same time, on 20 connections',
      },
      { ...rate, suffix: '/beside its polling form', beside: 'polling.perSecond' },
    ],
  };
}

async function drainOurs(stage: Stage, messages: number) {
  const work: DrainWork = { ...(await newRelayWork(stage)), messages };
  await withDatabase(work, async (database) => {
    const outbox = new Outbox(database);
    for (let first = 0; first < messages; first += rowsPerInsert)
      await outbox.publish(
        database,
        Array.from({ length: Math.min(rowsPerInsert, messages - first) }, (_, index) =>
          messageOf(work.topic, first + index),
        ),
      );
  });
  return await drained('toolkit/outbox/drain-program', work);
}

async function drainTheirs(stage: Stage, messages: number, form: PeerForm) {
  const work = { ...(await newRelayWork(stage)), messages, form };
  await fillPeerOutbox(work.databaseUrl, messages);
  try {
    return await drained('toolkit/outbox/peer-program', work);
  } finally {
    await dropPeerSlot(work.databaseUrl);
  }
}

async function drained(program: string, work: DrainWork) {
  const figures = await runProgram<DrainFigures>(program, work);
  const records = await countRecords(work.bootstrapServers, work.topic);
  if (records !== work.messages) throw new Error(`${records} records for ${work.messages} messages`);
  return { ...figures };
}

function latencyComparison(stage: Stage, isQuick: boolean): Comparison {
  const milliseconds = { unit: 'ms', better: 'less' } as const;
  return {
    name: `${prefix}/insert to Kafka at 500 a second`,
    rounds: 2,
    participants: { ours: () => latencies(stage, isQuick ? 2 : 8) },
    rows: [
      { ...milliseconds, suffix: '/p50', figure: 'ours.p50Ms' },
      { ...milliseconds, suffix: '/p99', figure: 'ours.p99Ms', target: valueAtMost(20) },
    ],
  };
}

/** From before the message's own transaction until the broker has appended it. */
async function latencies(stage: Stage, seconds: number) {
  const work = await newRelayWork(stage);
  await withDatabase(work, () => Promise.resolve());
  const relay = await startServer(programArguments('toolkit/outbox/serve-program', [JSON.stringify(work)]));
  try {
    await withDatabase(work, async (database) => {
      const outbox = new Outbox(database);
      await atRate(perSecond, warmUpSeconds + seconds, (number) =>
        outbox.publish(database, [messageOf(work.topic, number, `${epochMs()} ${'x'.repeat(180)}`)]),
      );
    });
    const all = await readRecords(stage.bootstrapServers, work.topic, perSecond * (warmUpSeconds + seconds));
    const measured = all.toSorted((one, other) => one.appendedMs - other.appendedMs).slice(perSecond * warmUpSeconds);
    const delaysMs = measured.map(({ value, appendedMs }) => appendedMs - Number(value!.toString().split(' ')[0]));
    return { p50Ms: percentile(delaysMs, 0.5), p99Ms: percentile(delaysMs, 0.99) };
  } finally {
    await relay.stop();
  }
}

function idleComparison(stage: Stage, isQuick: boolean): Comparison {
  return {
    name: `${prefix}/idle relay`,
    rounds: 1,
    participants: {
      ours: async () => {
        const work = { ...(await newRelayWork(stage)), seconds: isQuick ? 3 : 15 };
        return { ...(await runProgram<IdleFigures>('toolkit/outbox/idle-program', work)) };
      },
    },
    rows: [{ suffix: '', figure: 'ours.cpuPercent', unit: '% of a core', better: 'less', target: valueAtMost(1) }],
  };
}

async function newRelayWork(stage: Stage): Promise<RelayWork> {
  const [databaseUrl, topic] = await Promise.all([stage.newDatabase(), newTopic(stage, 'outbox')]);
  return { databaseUrl, topic, bootstrapServers: stage.bootstrapServers };
}

async function withDatabase({ databaseUrl }: RelayWork, work: (database: Database) => Promise<void>): Promise<void> {
  const database = await openOutboxDatabase(databaseUrl);
  try {
    await work(database);
  } finally {
    await database.destroy();
  }
}
