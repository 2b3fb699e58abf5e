import { type KafkaProgram, ReferenceKafkaError } from '@headwater/testkit/kafka';
import type { Bench, BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { serverProgram, toolProgram } from './apache-kafka.ts';
import { apacheKafkaEngine, type Engine, headwaterEngine } from './engines.ts';
import { fetchContests } from './fetch.ts';
import { footprintContests } from './footprint.ts';
import { groupContests } from './groups.ts';
import { javaClientContests } from './java-clients.ts';
import { kafkajsContests } from './kafkajs.ts';
import { latencyContests } from './latency.ts';
import { produceContests } from './produce.ts';
import { withProfileWhereBehind } from '../profile/rows-with-profile.ts';
import { profileContest } from './profile-contest.ts';
import { transactionContests } from './transactions.ts';

/** The bundled broker and Apache Kafka under the same load. */
export const kafkaBench: Bench = {
  name: 'kafka',
  about:
    'The same load generator against the bundled broker and Apache Kafka 4.3.1 (one node, the JVM settings of its own scripts: 1 GB ' +
    'heap, G1; its default configuration, but groups form without the initial delay). All of them are up and warmed, loaded in ' +
    'turns. Produce and one record: acks=all, pre-encoded, pipelined (batches 8 in flight); fsync: synced before the answer, with ' +
    '`flush.messages=1` on Apache Kafka. Fetch: one request at a time, batches of 16 KB, answers of the size named. Its own clients ' +
    'are ProducerPerformance and ConsumerPerformance, each in a JVM of its own.',
  baseline: 'Apache Kafka',
  chart: 'images/bench-kafka.svg',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const program = findProgram(options.onProgress);
  if (typeof program === 'string') {
    yield { name: 'kafka', skipped: program };
    return;
  }
  const ours = headwaterEngine(options.quick);
  const theirs = apacheKafkaEngine(options.quick, program);
  try {
    for (const contest of contests(options.quick, program)) {
      if (isContestWanted(contest, options)) yield* await runBoth(contest, [ours, theirs], options);
    }
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
}

function contests(isQuick: boolean, program: KafkaProgram): Contest<Engine>[] {
  return [
    ...footprintContests(isQuick),
    ...produceContests(isQuick),
    ...fetchContests(isQuick),
    ...latencyContests(isQuick),
    ...javaClientContests(isQuick, toolProgram(program)),
    ...kafkajsContests(isQuick),
    ...groupContests(),
    ...transactionContests(isQuick),
  ];
}

async function runBoth(
  contest: Contest<Engine>,
  sides: readonly [Engine, Engine],
  options: BenchOptions,
): Promise<(Row | SkippedRow)[]> {
  const rows = await runOrSkip(namingTheEngine(contest), sides, options);
  return await withProfileWhereBehind(rows, options, () => profileContest(contest, options.quick));
}

/** So that a row that failed says on which of them. */
function namingTheEngine(contest: Contest<Engine>): Contest<Engine> {
  return {
    ...contest,
    measure: async (engine) => {
      try {
        return await contest.measure(engine);
      } catch (error) {
        throw new Error(`${engine.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    },
  };
}

function findProgram(onProgress: (line: string) => void): KafkaProgram | string {
  try {
    return serverProgram(onProgress);
  } catch (error) {
    if (error instanceof ReferenceKafkaError && error.isAbsence) return error.message;
    throw error;
  }
}
