/**
 * The demo on a Kafka that is not ours: three brokers of Apache Kafka, three replicas, two in sync at least. The recordings are replayed
 * into it while the leader of the busiest partition is killed and comes back; what the services say in the end must be what the files
 * hold, as it is on the bundled broker.
 */
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { absenceOfKafka, findKafka, ReferenceCluster, REFERENCE_VERSION } from '@headwater/testkit/kafka';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { promise } from '../violation.ts';
import { ClusterClient } from './cluster-view.ts';
import { absenceOfRecordings, RECORDINGS, takeFirstRows } from './part-of-recordings.ts';
import { DemoProgram, replayInto } from './programs.ts';

const SHARED = resolve(import.meta.dirname, '../../../../../shared/data');
const REPLICAS = 3;
const MIN_IN_SYNC = 2;
/** So many records of one partition show that the load is on. */
const UNDER_LOAD_RECORDS = 50;
const LOOK_MS = 200;
const DOWN_MS = 5000;

export const anotherKafkaDrill: Drill = {
  name: 'another-kafka',
  about: 'the demo on three brokers of Apache Kafka, whose busiest leader is killed while recordings are replayed',
  details: `Replays the recording of every case into the demo on the bundled broker, then into one that runs
with --kafka on three brokers of Apache Kafka (3 replicas, 2 in sync at least; our registry keeps its schemas there). During each
replay the leader of the partition that takes most records is killed (SIGKILL), another one is elected, and it comes back under
load. Both times the totals of every post, every user's list and profile, every account and alert, every ride, fare and zone, and
the counts of every campaign must be what a plain count over the files gives. Every topic must have the cluster's replication. Needs Java 17; --rows takes the first rows of each file.`,
  options: [
    {
      name: 'rows',
      standard: undefined,
      about: 'posts, ratings, payments, trips, impressions of each file; all of them by default',
    },
    { name: 'down-ms', standard: DOWN_MS, about: 'how long a killed broker stays away' },
  ],
  run: runDrill,
};

async function runDrill(run: DrillRun): Promise<Summary> {
  const absence = absenceOfKafka() ?? absenceOfRecordings(SHARED);
  if (absence !== undefined) throw new Error(`This drill cannot run here: ${absence}`);
  const recordings = recordingsOf(run);

  run.say('on the bundled broker');
  const bundled = await DemoProgram.start(join(run.folder, 'bundled'), []);
  try {
    for (const recording of recordings)
      run.say(`  ${await replayInto(bundled, recording, logOf(run, recording, 'bundled'))}`);
  } finally {
    await bundled.stop();
  }

  const program = findKafka(REFERENCE_VERSION, run.say);
  const cluster = await ReferenceCluster.create(join(run.folder, 'kafka'), program, { brokers: REPLICAS });
  try {
    await cluster.start(program);
    run.say(`on three brokers of Apache Kafka ${cluster.version}`);
    const servers = cluster.bootstrapServers.join(',');
    const demo = await DemoProgram.start(join(run.folder, 'outside'), ['--kafka', servers]);
    try {
      return await replayUnderKills(run, cluster, demo, recordings);
    } finally {
      await demo.stop();
    }
  } finally {
    await cluster.down();
  }
}

/** The recordings, or the first rows of each. */
function recordingsOf({ numbers, folder }: DrillRun): string[] {
  const { rows } = numbers;
  return RECORDINGS.map((name) => {
    const whole = join(SHARED, name);
    if (rows === undefined) return whole;
    const part = join(folder, 'recordings', name);
    takeFirstRows(whole, part, rows);
    return part;
  });
}

async function replayUnderKills(
  run: DrillRun,
  cluster: ReferenceCluster,
  demo: DemoProgram,
  recordings: readonly string[],
): Promise<Summary> {
  const program = findKafka(cluster.version, run.say);
  const client = await ClusterClient.connect(cluster.bootstrapServers);
  let kills = 0;
  try {
    for (const recording of recordings) {
      let isOver = false;
      const replaying = replayInto(demo, recording, logOf(run, recording, 'outside')).finally(() => (isOver = true));
      // It is awaited below; a failure meanwhile only ends the wait for load.
      replaying.catch(() => undefined);
      const victim = await leaderUnderLoad(client, () => isOver);
      if (victim !== undefined) {
        run.say(`  kills node ${victim.leader}, which leads ${victim.topic}-${victim.partition}, under load`);
        await cluster.kill(victim.leader);
        await delay(run.numbers['down-ms'] ?? DOWN_MS);
        await cluster.start(program, [victim.leader]);
        kills += 1;
      }
      run.say(`  ${await replaying}`);
    }
    const weak = await client.weakTopics(REPLICAS, MIN_IN_SYNC);
    promise(weak.length === 0, "every topic has the cluster's replication", () => weak.join(', '));
    const records = [...(await client.ends()).values()].reduce((sum, end) => sum + end, 0);
    return {
      'leaders killed under load': kills,
      'records in the cluster': records,
      'replays, each as the files say': 2 * recordings.length,
    };
  } finally {
    await client.close();
  }
}

/** Waits until a partition has taken records since the call; undefined when the replay ended before. */
async function leaderUnderLoad(client: ClusterClient, isOver: () => boolean) {
  const before = await client.ends();
  while (!isOver()) {
    const busiest = await client.busiest(before);
    if (busiest.records >= UNDER_LOAD_RECORDS && busiest.leader >= 0) return busiest;
    await delay(LOOK_MS);
  }
  return undefined;
}

const logOf = ({ folder }: DrillRun, recording: string, where: string): string =>
  join(folder, `${basename(recording)}-${where}.log`);
