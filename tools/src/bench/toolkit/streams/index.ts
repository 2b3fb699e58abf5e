/** Streams beside Kafka Streams on one thread. */
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { runProgram, runToEnd } from '../../load/child.ts';
import { ratioAtLeast, ratioAtMost, valueAtMost } from '../../target.ts';
import type { Comparison, Figures, RowPlan } from '../comparison.ts';
import { findJavaPeer } from '../peers/java-peer.ts';
import type { Stage } from '../stage.ts';
import { newTopic } from '../topics.ts';
import { fillStream } from './fill.ts';
import { verifyCounts } from './verify.ts';
import type { RestartFigures, StreamsFigures, StreamsWork } from './work.ts';

const prefix = 'toolkit/streams';
const rate = { figure: 'ours.perSecond', beside: 'peer.perSecond', unit: 'records/s' } as const;
const memory: RowPlan = {
  suffix: '/memory',
  figure: 'ours.peakMiB',
  beside: 'peer.peakMiB',
  unit: 'MiB',
  better: 'less',
  target: ratioAtMost(0.5),
  note:
    'the most that was resident; ours is started with `--max-semi-space-size=8`, as a process that only streams should be; the peer is ' +
    'Kafka Streams 4.3.1 with the JVM as it comes',
};
/** See ADR 0019. */
const nodeArguments = ['--max-semi-space-size=8'];
const program = 'toolkit/streams/own-program';

type Work = Omit<StreamsWork, 'topic' | 'output' | 'bootstrapServers'>;

export function streamsComparisons(stage: Stage, isQuick: boolean): Comparison[] {
  const events = { records: isQuick ? 20_000 : 2_000_000, keys: 1_000, minutes: 20 };
  const rows = { records: isQuick ? 20_000 : 1_000_000, keys: isQuick ? 20_000 : 1_000_000, minutes: 1 };
  const stream = once(() => fillStream(stage, events));
  const table = once(() => fillStream(stage, rows));
  return [
    countComparison(stage, stream, { work: 'count', records: events.records, guarantee: 'at-least-once' }),
    countComparison(stage, stream, { work: 'count', records: events.records, guarantee: 'exactly-once' }),
    restoreComparison(stage, table, { work: 'restore', records: rows.records, guarantee: 'at-least-once' }),
    restartComparison(stage, stream),
  ];
}

function countComparison(stage: Stage, topic: () => Promise<string>, work: Work): Comparison {
  const counted = async (run: typeof runPeer) => {
    const given = await workOn(stage, topic, work);
    const figures = await run(stage, given);
    if (typeof figures !== 'string') await verifyCounts(given.bootstrapServers, given.output, given.records);
    return figures;
  };
  return {
    name: `${prefix}/count by key and minute, ${work.guarantee.replaceAll('-', ' ')}`,
    rounds: 2,
    participants: {
      ours: () => counted(runOwn),
      peer: () => counted(runPeer),
    },
    rows: [{ ...rate, suffix: '', target: ratioAtLeast(0.5) }, memory],
  };
}

function restoreComparison(stage: Stage, topic: () => Promise<string>, work: Work): Comparison {
  return {
    name: `${prefix}/restore a table of 1,000,000 keys`,
    rounds: 2,
    participants: {
      ours: async () => await runOwn(stage, await workOn(stage, topic, work)),
      peer: async () => await runPeer(stage, await workOn(stage, topic, work)),
    },
    rows: [
      { ...rate, suffix: '', target: ratioAtLeast(0.5) },
      { ...memory, target: undefined },
    ],
  };
}

function restartComparison(stage: Stage, topic: () => Promise<string>): Comparison {
  const work: Work = { work: 'restart', records: 0, guarantee: 'at-least-once' };
  return {
    name: `${prefix}/start after a stop`,
    rounds: 2,
    participants: {
      ours: async () => ({ ...(await runProgram<RestartFigures>(program, await workOn(stage, topic, work))) }),
    },
    rows: [
      {
        suffix: '',
        figure: 'ours.readyMs',
        unit: 'ms',
        better: 'less',
        target: valueAtMost(5000),
        note: 'until it owns its partitions and has their state; a session time-out is 10 s',
      },
    ],
  };
}

async function workOn(stage: Stage, topic: () => Promise<string>, work: Work): Promise<StreamsWork> {
  const output = await newTopic(stage, 'counts');
  return { ...work, topic: await topic(), output, bootstrapServers: stage.bootstrapServers };
}

async function runOwn(_stage: Stage, work: StreamsWork): Promise<Figures | string> {
  return { ...(await runProgram<StreamsFigures>(program, work, nodeArguments)) };
}

async function runPeer(stage: Stage, work: StreamsWork): Promise<Figures | string> {
  const peer = findJavaPeer('kafka-streams');
  if (typeof peer === 'string') return peer;
  const modules = spawnSync(peer.java, ['--list-modules'], { encoding: 'utf8' }).stdout;
  if (!modules.includes('jdk.compiler')) return `${peer.java} runs no source files: install a JDK`;
  const guarantee = work.guarantee === 'exactly-once' ? 'exactly_once_v2' : 'at_least_once';
  const folder = path.join(stage.folder, stage.newName('state'));
  const source = path.join(peer.folder, 'StreamsPeer.java');
  const topics = [work.topic, work.output];
  const args = [work.work, work.bootstrapServers, ...topics, String(work.records), guarantee, folder];
  const output = await runToEnd(peer.java, [peer.logging, '-cp', peer.classPath, source, ...args], 'Kafka Streams');
  return JSON.parse(output.trim().split('\n').at(-1)!) as Figures;
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}
