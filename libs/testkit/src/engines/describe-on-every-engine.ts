import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeUnless } from '../absence/index.ts';
import { absenceOfKafka } from '../kafka/index.ts';
import {
  startEngine,
  type EngineKind,
  type KafkaEngine,
  type StartedEngine,
  type StartEngineOptions,
} from './kafka-engine.ts';

export interface EngineSuiteOptions extends StartEngineOptions {
  /** Why the suite cannot run on any engine: a program that is not on this machine. */
  readonly absence?: string | undefined;
}

const START_DEADLINE_MS = 120_000;

/**
 * A suite that runs on the bundled broker and on Apache Kafka. Apache Kafka is shared with other files unless `options` say
 * otherwise: names of topics, groups and transactional ids must be nobody else's.
 *
 * @param body is given the engine, which answers inside of hooks and tests and is ended after the suite.
 */
export function describeOnEveryEngine(
  name: string,
  body: (engine: KafkaEngine) => void,
  { absence, ...options }: EngineSuiteOptions = {},
): void {
  describeUnless(absence, `${name}, on this broker`, () => withEngine('headwater', options, body));
  describeUnless(absence ?? absenceOfKafka(), `${name}, on Apache Kafka`, () => withEngine('apache', options, body));
}

function withEngine(kind: EngineKind, options: StartEngineOptions, body: (engine: KafkaEngine) => void): void {
  let started: StartedEngine | undefined;
  const running = (): StartedEngine => {
    if (started === undefined) throw new Error('The engine runs only inside of hooks and tests');
    return started;
  };
  beforeAll(async () => {
    started = await startEngine(kind, options);
  }, START_DEADLINE_MS);
  afterAll(() => started?.close());
  // A suite of its own, so that its own hooks run while the engine does.
  describe('expectations', () =>
    body({
      kind,
      get host() {
        return running().host;
      },
      get port() {
        return running().port;
      },
      get bootstrapServers() {
        return running().bootstrapServers;
      },
      get registryUrl() {
        return running().registryUrl;
      },
    }));
}
