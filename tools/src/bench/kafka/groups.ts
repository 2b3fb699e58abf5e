import type { Contest } from '../contest.ts';
import { runProgram } from '../load/child.ts';
import { withTopic } from '../load/measures.ts';
import type { GroupLoad, GroupResult } from '../load/programs.ts';
import { ratioAtMost } from '../target.ts';
import type { Engine } from './engines.ts';

const members = 10;
const partitions = 20;
const figure = { unit: 'ms', better: 'less' as const, target: ratioAtMost(1) };

/** How long a group of ten takes until all have their partitions, when it forms and when one of them has left. */
export function groupContests(): Contest<Engine>[] {
  return [
    contestOf('classic', 'load/kafkajs-group', `kafkajs, ${partitions} partitions, heartbeats every 50 ms`),
    contestOf(
      'next generation',
      'load/next-generation-group',
      `bare members, ${partitions} partitions, heartbeats every 5 ms`,
    ),
  ];
}

function contestOf(label: string, program: string, note: string): Contest<Engine> {
  return {
    name: `kafka/group of ${members}/${label}`,
    figures: [
      { ...figure, suffix: '/join' },
      { ...figure, suffix: '/rebalance' },
    ],
    rounds: 5,
    note,
    measure: async (engine) => {
      const { address } = await engine.server('os');
      return await withTopic(address, { partitions }, async (topic) => {
        const load: GroupLoad = { ...address, topic, members, partitions };
        const { joinMs, rebalanceMs } = await runProgram<GroupResult>(program, load);
        return { values: [joinMs, rebalanceMs] };
      });
    },
  };
}
