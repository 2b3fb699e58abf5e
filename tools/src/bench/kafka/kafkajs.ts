import type { Contest } from '../contest.ts';
import { runProgram } from '../load/child.ts';
import { topicOfRecords, withTopic } from '../load/measures.ts';
import type { KafkajsLoad } from '../load/programs.ts';
import { ratioAtLeast } from '../target.ts';
import { type Engine, oncePerEngine } from './engines.ts';

const recordBytes = 100;

/** kafkajs as the client: records a second. */
export function kafkajsContests(isQuick: boolean): Contest<Engine>[] {
  const records = isQuick ? 50_000 : 500_000;
  const figures = [{ suffix: '', unit: 'records/s', better: 'more' as const, target: ratioAtLeast(1) }];
  const storedOn = oncePerEngine(async (engine) =>
    topicOfRecords((await engine.server('os')).address, records, recordBytes),
  );
  return [
    {
      name: 'kafka/kafkajs/produce',
      figures,
      rounds: 3,
      measure: async (engine) => {
        const { address } = await engine.server('os');
        return await withTopic(address, {}, (topic) =>
          run({ ...address, topic, work: 'produce', records, recordBytes }),
        );
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
  ];
}

async function run(load: KafkajsLoad) {
  const { perSecond, clientCpu } = await runProgram<{ perSecond: number; clientCpu: number }>(
    'load/kafkajs-load',
    load,
  );
  return { values: [perSecond], clientCpu };
}
