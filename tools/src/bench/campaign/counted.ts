/** One design on one traffic: several instances count what lies in the topics, each a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { contractTopic, openTable } from '@headwater/streams';
import { adopt, programArguments } from '../load/child.ts';
import { inTurns } from '../load/in-turns.ts';
import type { Figures } from '../toolkit/comparison.ts';
import { campaignTopicOf, loadCounting, type Design } from './counting.ts';
import { withStage, writeTraffic, type Stage, type Traffic } from './stage.ts';
import type { InstanceWork } from './work.ts';

/** As many as partitions: more would have nothing to do. */
export const instances = topics.adImpressions.partitions;
const lookMs = 20;

/** `shared`: the instances and the broker share the processors; `apart`: each instance has one of its own, which is slower. */
export type Processors = 'shared' | 'apart';

/**
 * - `perSecond`: impressions, from when they can be read until the last count is in `campaign_performance`;
 * - `busiestPercent`: how much of the counting lies on the busiest partition.
 */
export function counted(design: Design, traffic: Traffic, processors: Processors = 'shared'): Promise<Figures> {
  return withStage(traffic, async (stage) => {
    const { bootstrapServers, registryUrl } = stage;
    const { warmUp, impressions } = traffic;
    const work: InstanceWork = { bootstrapServers, registryUrl, design };
    const children = Array.from({ length: instances }, () => startInstance(work));
    const showWarmUp = await writeTraffic(stage, 0, warmUp);
    await showWarmUp();
    await untilCounted(stage, warmUp);
    const show = await writeTraffic(stage, warmUp, warmUp + impressions);
    const turns = processors === 'apart' ? inTurns(children) : undefined;
    const startedMs = performance.now();
    let tookMs: number;
    try {
      await show();
      await untilCounted(stage, warmUp + impressions);
      tookMs = performance.now() - startedMs;
    } finally {
      turns?.end();
    }
    await Promise.all(children.map(endInstance));
    return { perSecond: (impressions / tookMs) * 1_000, busiestPercent: await busiestPercent(stage, design) };
  });
}

function startInstance(work: InstanceWork): ChildProcess {
  const args = programArguments('campaign/instance-program', [JSON.stringify(work)]);
  return adopt(spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] }));
}

async function endInstance(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.stdin!.end();
  await ended;
}

/** @throws when more is counted than there is. */
async function untilCounted({ client, codec }: Stage, expected: number): Promise<void> {
  const table = await openTable(client, contractTopic(topics.campaignPerformance, codec));
  try {
    for (;;) {
      let impressions = 0;
      for (const [, { value }] of table.entries()) impressions += value.impressions;
      if (impressions > expected) throw new Error(`${impressions} of ${expected} were counted`);
      if (impressions === expected) return;
      await delay(lookMs);
    }
  } finally {
    await table.close();
  }
}

/** Of the records that are counted: they lie by impression, or by campaign. */
async function busiestPercent({ client }: Stage, design: Design): Promise<number> {
  const { applicationId } = await loadCounting();
  const topic = design === 'salted' ? topics.adImpressions.name : campaignTopicOf(applicationId);
  const reader = client.openLogReader(
    { isolation: 'read-committed', maxWaitMs: 50, maxBytesPerPartition: 1_024, maxBufferedBytesPerPartition: 1_024 },
    { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
  );
  try {
    const partitions = Array.from({ length: topics.adImpressions.partitions }, (_, partition) => partition);
    const ends = [...(await reader.offsets(topic, partitions)).values()].map(({ latest }) => latest);
    return (100 * Math.max(...ends)) / ends.reduce((sum, end) => sum + end, 0);
  } finally {
    await reader.close();
  }
}
