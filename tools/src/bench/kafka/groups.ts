import type { Contest } from '../contest.ts';
import { runProgram } from '../load/child.ts';
import { withTopic } from '../load/measures.ts';
import type { GroupLoad, GroupResult } from '../load/programs.ts';
import { ratioAtMost } from '../target.ts';
import { type Engine, oncePerEngine } from './engines.ts';

const members = 10;
const partitions = 20;
const warmUps = 3;
const figure = { unit: 'ms', better: 'less' as const, target: ratioAtMost(1) };

/** How long a group of ten takes until all have their partitions, when it forms and when one of them has left. */
export function groupContests(): Contest<Engine>[] {
  return [
    contestOf(
      'classic',
      'load/kafkajs-group',
      `kafkajs, ${partitions} partitions, heartbeats every 50 ms; a leader that learns that another member has come waits 0.3 s ` +
        'before it joins again, on either broker: nearly all of the time, and chance',
    ),
    contestOf(
      'next generation',
      'load/next-generation-group',
      `bare members, ${partitions} partitions, heartbeats every 5 ms`,
    ),
  ];
}

function contestOf(label: string, program: string, note: string): Contest<Engine> {
  const form = async (engine: Engine): Promise<GroupResult> => {
    const { address } = await engine.server('os');
    return await withTopic(address, { partitions }, async (topic) => {
      const load: GroupLoad = { ...address, topic, members, partitions };
      return await runProgram<GroupResult>(program, load);
    });
  };
  // The first groups make the topic of offsets, and find code that has not run.
  const warm = oncePerEngine(async (engine) => {
    for (let count = 0; count < warmUps; count++) await form(engine);
  });
  return {
    name: `kafka/group of ${members}/${label}`,
    figures: [
      { ...figure, suffix: '/join' },
      { ...figure, suffix: '/rebalance' },
    ],
    rounds: 5,
    note,
    measure: async (engine) => {
      await warm(engine);
      const { joinMs, rebalanceMs } = await form(engine);
      return { values: [joinMs, rebalanceMs] };
    },
  };
}
