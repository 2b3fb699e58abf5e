/** Kafka's own ProducerPerformance and ConsumerPerformance. */
import type { KafkaProgram } from '@headwater/testkit/kafka';
import type { Contest } from '../contest.ts';
import { runToEnd } from '../load/child.ts';
import type { Address } from '../load/client.ts';
import { topicOfRecords, withTopic } from '../load/measures.ts';
import { ratioAtLeast } from '../target.ts';
import { type Engine, oncePerEngine } from './engines.ts';
import { consumedPerSecond, producedPerSecond } from './java-output.ts';

const figures = [{ suffix: '', unit: 'records/s', better: 'more' as const, target: ratioAtLeast(1) }];
const shapes = [
  { label: '100 B', recordBytes: 100, records: 2_000_000 },
  { label: '1 KB', recordBytes: 1024, records: 400_000 },
] as const;
const producers = [
  { label: 'defaults', settings: [] },
  { label: '128KB batches', settings: ['batch.size=131072', 'linger.ms=5'] },
] as const;
const quickShare = 0.05;

export function javaClientContests(isQuick: boolean, program: KafkaProgram): Contest<Engine>[] {
  const share = isQuick ? quickShare : 1;
  const produce = shapes.flatMap(({ label, recordBytes, records }) =>
    producers.map((producer) => ({
      name: `kafka/its own producer/${label}/${producer.label}`,
      figures,
      rounds: 3,
      measure: async (engine: Engine) => {
        const { address } = await engine.server('os');
        const shape = { recordBytes, records: records * share, settings: producer.settings };
        return await withTopic(address, {}, async (topic) => ({
          values: [await runProducer(program, address, topic, shape)],
        }));
      },
    })),
  );
  const consume = shapes.map(({ label, recordBytes, records }) => {
    const storedOn = oncePerEngine(async (engine) =>
      topicOfRecords((await engine.server('os')).address, records * share, recordBytes),
    );
    return {
      name: `kafka/its own consumer/${label}`,
      figures,
      rounds: 3,
      measure: async (engine: Engine) => {
        const { address } = await engine.server('os');
        return { values: [await runConsumer(program, address, await storedOn(engine), records * share)] };
      },
    };
  });
  return [...produce, ...consume];
}

async function runProducer(
  program: KafkaProgram,
  { host, port }: Address,
  topic: string,
  shape: { readonly recordBytes: number; readonly records: number; readonly settings: readonly string[] },
): Promise<number> {
  const { recordBytes, records, settings } = shape;
  const output = await runTool(program, 'org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--num-records', String(records), '--record-size', String(recordBytes)],
    ...['--throughput', '-1', '--producer-props', `bootstrap.servers=${host}:${port}`, 'acks=all', ...settings],
  ]);
  return producedPerSecond(output, records);
}

async function runConsumer(
  program: KafkaProgram,
  { host, port }: Address,
  topic: string,
  records: number,
): Promise<number> {
  const output = await runTool(program, 'org.apache.kafka.tools.ConsumerPerformance', [
    ...['--bootstrap-server', `${host}:${port}`, '--topic', topic, '--num-records', String(records)],
    ...['--timeout', '60000', '--hide-header'],
  ]);
  return consumedPerSecond(output, records);
}

function runTool({ java, javaArguments }: KafkaProgram, main: string, args: readonly string[]): Promise<string> {
  return runToEnd(java, [...javaArguments, main, ...args], main);
}
