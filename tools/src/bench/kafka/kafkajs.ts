import type { Contest } from '../contest.ts';
import { runProgram } from '../load/child.ts';
import { fill, nextTopic, withTopic } from '../load/measures.ts';
import type { GroupLoad, GroupResult, KafkajsLoad } from '../load/programs.ts';
import { createTopic } from '../load/topics.ts';
import { ratioAtLeast, ratioAtMost } from '../target.ts';
import type { Engine } from './engines.ts';

const recordBytes = 100;
const members = 10;
const partitions = 20;

/** kafkajs as the client: records a second, and the forming of groups. */
export function kafkajsContests(isQuick: boolean): Contest<Engine>[] {
  const records = isQuick ? 50_000 : 500_000;
  const figures = [{ suffix: '', unit: 'records/s', better: 'more' as const, target: ratioAtLeast(1) }];
  const stored = new Map<Engine, Promise<string>>();
  const storedOn = (engine: Engine): Promise<string> => {
    let topic = stored.get(engine);
    if (topic === undefined) stored.set(engine, (topic = store(engine, records)));
    return topic;
  };
  return [
    {
      name: 'kafka/kafkajs/produce',
      figures,
      rounds: 3,
      measure: async (engine) => {
        const { address } = await engine.server('os');
        return await withTopic(address, {}, (topic) => run({ ...address, topic, work: 'produce', records, recordBytes }));
      },
    },
    {
      name: 'kafka/kafkajs/consume',
      figures,
      rounds: 3,
      measure: async (engine) => {
        const { address } = await engine.server('os');
        return await run({ ...address, topic: await storedOn(engine), work: 'consume', records, recordBytes });
      },
    },
    groupContest(),
  ];
}

async function run(load: KafkajsLoad) {
  const { perSecond, clientCpu } = await runProgram<{ perSecond: number; clientCpu: number }>(
    'load/kafkajs-load',
    load,
  );
  return { values: [perSecond], clientCpu };
}

async function store(engine: Engine, records: number): Promise<string> {
  const { address } = await engine.server('os');
  const topic = nextTopic();
  await createTopic(address, { name: topic });
  await fill(address, { topic, partitions: 1, batchBytes: 16 * 1024, wantedBytes: records * (recordBytes + 2) });
  return topic;
}

function groupContest(): Contest<Engine> {
  const figure = { unit: 'ms', better: 'less' as const, target: ratioAtMost(1) };
  return {
    name: `kafka/group of ${members}/classic`,
    figures: [
      { ...figure, suffix: '/join' },
      { ...figure, suffix: '/rebalance' },
    ],
    rounds: 5,
    note: `kafkajs, ${partitions} partitions, heartbeats every 50 ms; a rebalance after one member left`,
    measure: async (engine) => {
      const { address } = await engine.server('os');
      return await withTopic(address, { partitions }, async (topic) => {
        const load: GroupLoad = { ...address, topic, members, partitions };
        const { joinMs, rebalanceMs } = await runProgram<GroupResult>('load/kafkajs-group', load);
        return { values: [joinMs, rebalanceMs] };
      });
    },
  };
}
