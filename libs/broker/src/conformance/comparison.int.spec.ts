/** The same requests to this broker and to Apache Kafka: see docs/conformance.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { absenceOfKafka, startReferenceKafka, type RunningReferenceKafka } from '@headwater/testkit/kafka';
import { Broker } from '../server/index.ts';
import { COMPARED_CONFIG } from './compared-config.ts';
import { acceptanceOf, acceptedDifferences } from './accepted-differences.ts';
import { compareAnswers, type Difference } from './compare-answers.ts';
import { compareRandomly, describeFailure } from './random/random-comparison.ts';
import { commonVersions, runScenario, servedVersions, warmUp, type ServedVersions } from './run-scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Engine, Scenario } from './session.ts';

/** Both engines wait for disks and timers in between: a few scenarios go on at a time. */
const LANES = 4;

/** The short form; the long one is `main.js random`. */
const RANDOM_SEEDS = Array.from({ length: Number(process.env['HEADWATER_THOROUGH'] ?? 1) }, (_, index) => index + 1);
const RANDOM_REQUESTS = 300;

const START_DEADLINE_MS = 300_000;

let dataDir: string;
let broker: Broker;
let kafka: RunningReferenceKafka;

function reference(): Engine {
  const [host = '', port = ''] = kafka.bootstrapServers.split(':');
  return { host, port: Number(port) };
}

interface Run {
  readonly scenario: Scenario;
  readonly version: number;
}

function runsOf(one: ServedVersions, other: ServedVersions): Run[] {
  return scenarios.flatMap((scenario) =>
    commonVersions(scenario.api, one, other).map((version) => ({ scenario, version })),
  );
}

/** Several at a time, but of those that share something one after another. */
async function inLanes(runs: readonly Run[], compare: (run: Run) => Promise<void>): Promise<void> {
  const queues = [...Map.groupBy(runs, (run) => run.scenario.sharing ?? run).values()];
  const lane = async (): Promise<void> => {
    for (let queue = queues.shift(); queue !== undefined; queue = queues.shift())
      for (const run of queue) await compare(run);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function describeDifference({ request, version, field, headwater, kafka: theirs }: Difference): string {
  return `${request} (v${version}): ${field} is ${JSON.stringify(headwater)} here and ${JSON.stringify(theirs)} there`;
}

describeUnless(absenceOfKafka(), 'this broker and Apache Kafka', () => {
  // Not while the file is loaded: where all tests are skipped nothing would end them.
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-conformance-'));
    broker = await Broker.start({ port: 0, dataDir, flush: 'os', config: COMPARED_CONFIG });
    const started = await startReferenceKafka({ config: COMPARED_CONFIG });
    if ('absent' in started) throw new Error(started.absent);
    kafka = started;
  }, START_DEADLINE_MS);
  afterAll(async () => {
    await broker.close();
    await rm(dataDir, { recursive: true, force: true });
    await kafka.close();
  });

  it('answer the same requests alike, but for the differences that docs/conformance.md explains', async () => {
    const [here, there] = [{ host: broker.host, port: broker.port }, reference()];
    await Promise.all([warmUp(here), warmUp(there)]);
    const runs = runsOf(await servedVersions(here), await servedVersions(there));
    const differences: Difference[] = [];
    let requests = 0;
    const compare = async ({ scenario, version }: Run): Promise<void> => {
      const [ours, theirs] = await Promise.all([
        runScenario(here, scenario, version),
        runScenario(there, scenario, version),
      ]);
      requests += ours.length;
      differences.push(...compareAnswers(scenario.name, ours, theirs));
    };
    await inLanes(runs, compare);

    expect(requests).toBeGreaterThan(4000);
    const unexplained = differences.filter((difference) => acceptanceOf(difference) === undefined);
    expect([...new Set(unexplained.map(describeDifference))]).toEqual([]);
    const met = new Set(differences.map(acceptanceOf));
    expect(acceptedDifferences.filter((accepted) => !met.has(accepted)).map(({ what }) => what)).toEqual([]);
  }, 600_000);

  it.each(RANDOM_SEEDS)(
    'answer the same random requests alike (seed %d)',
    async (seed) => {
      const engines = { headwater: { host: broker.host, port: broker.port }, kafka: reference() };
      const { requests, failures } = await compareRandomly(engines, { seed, requests: RANDOM_REQUESTS });
      expect(failures.map(describeFailure).join('\n\n')).toBe('');
      expect(requests).toBeGreaterThanOrEqual(RANDOM_REQUESTS);
    },
    300_000,
  );
});
