/**
 * A sequence of random requests on both engines in step: a request is made, resolved for each engine, sent to both, and the
 * answers are compared. It ends at the first difference that is not accepted, since from then on the engines may know different
 * things.
 */
import { createTopicsApi, type AnyApi } from '../../protocol/index.ts';
import { compareAnswers, type Difference } from '../compare-answers.ts';
import { Normalizer } from '../normalization.ts';
import { Session, type Engine } from '../session.ts';
import { Barrier } from './barrier.ts';
import { Cast, TOPIC_NAMES } from './cast.ts';
import { unaccepted } from './random-differences.ts';
import { RandomSource } from './random-source.ts';
import { RequestGenerator } from './request-generator.ts';
import { resolve, type SymbolicRequest } from './symbols.ts';

/** Fields that say whether something was done. */
const PARTING = /errorCode$|ErrorCode$|^kind$/;

/** The engines that are compared. */
export interface EnginePair {
  readonly headwater: Engine;
  readonly kafka: Engine;
}

/** An API with the versions that both engines serve, as often as it is to be drawn. */
export interface DrawnApi {
  readonly api: AnyApi;
  readonly versions: readonly number[];
}

export interface RandomDifference extends Difference {
  readonly body: unknown;
}

/** The outcome of one request. */
interface StepResult {
  /** What is not accepted. */
  readonly differences: readonly RandomDifference[];
  /** An accepted difference in an error: the engines have done different things. */
  readonly hasParted: boolean;
}

export interface SequenceResult {
  readonly requests: readonly SymbolicRequest[];
  /** What differs in the answer to the last request, and is not accepted. */
  readonly differences: readonly RandomDifference[];
}

/** One engine's side of a sequence. */
class Side {
  readonly session: Session;
  readonly answers = new Map<number, unknown>();
  readonly #normalizer: Normalizer;
  #barrier: Barrier | undefined;

  constructor(engine: Engine, prefix: string) {
    this.session = new Session(engine, prefix);
    this.#normalizer = new Normalizer(prefix, this.session.topicNames);
  }

  async prepare(): Promise<void> {
    this.#barrier = await Barrier.prepare(this.session);
  }

  /** Sends a request. @returns the outcome, comparable. */
  async ask({ step, api, version, body }: SymbolicRequest): Promise<unknown> {
    const resolved = resolve(body, { prefix: this.session.prefix, answers: this.answers });
    const answer = await this.session.ask(String(step), api, version, resolved);
    this.answers.set(step, answer);
    await this.#barrier?.after(api.name);
    return this.#normalizer.normalize(this.session.entries.at(-1)!.outcome);
  }
}

/** Both sides of a sequence; closed by its maker. */
class Sequence {
  readonly sides: readonly [Side, Side];

  constructor({ headwater, kafka }: EnginePair, prefix: string) {
    this.sides = [new Side(headwater, prefix), new Side(kafka, prefix)];
  }

  async ask(request: SymbolicRequest): Promise<StepResult> {
    const { api, version, body } = request;
    const [ours, theirs] = await Promise.all(this.sides.map((side) => side.ask(request)));
    const answered = (outcome: unknown) => [{ label: `v${version}`, api, version, outcome }];
    const all = compareAnswers('random', answered(ours), answered(theirs)).map((each) => ({ ...each, body }));
    return { differences: unaccepted(all), hasParted: all.some(({ field }) => PARTING.test(field)) };
  }

  async prepare(): Promise<void> {
    await Promise.all(this.sides.map((side) => side.prepare()));
  }

  close(): void {
    for (const { session } of this.sides) session.close();
  }
}

/** Two topics to begin with. */
function firstRequest(): SymbolicRequest {
  const topics = [0, 1].map((index) => ({
    name: TOPIC_NAMES[index],
    numPartitions: index + 1,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  }));
  return { step: 0, api: createTopicsApi, version: 7, body: { topics, timeoutMs: 30_000 } };
}

/** Draws and runs a sequence. */
export async function runRandomSequence(
  engines: EnginePair,
  prefix: string,
  seed: number,
  length: number,
  apis: readonly DrawnApi[],
): Promise<SequenceResult> {
  const sequence = new Sequence(engines, prefix);
  try {
    await sequence.prepare();
    const random = new RandomSource(seed);
    const cast = new Cast();
    const generator = new RequestGenerator(random, cast);
    const requests: SymbolicRequest[] = [];
    for (let step = 0; step < length; step++) {
      const drawn = random.pick(apis);
      const request = step === 0 ? firstRequest() : generator.request(step, drawn.api, drawn.versions);
      requests.push(request);
      const { differences, hasParted } = await sequence.ask(request);
      if (differences.length > 0 || hasParted) return { requests, differences };
      const answer = sequence.sides[0].answers.get(step);
      if (typeof answer === 'object' && answer !== null) cast.learn(request, answer as Record<string, unknown>);
    }
    return { requests, differences: [] };
  } finally {
    sequence.close();
  }
}

/** Runs requests that were drawn before. @returns what differs at the first request that does. */
export async function runRequests(
  engines: EnginePair,
  prefix: string,
  requests: readonly SymbolicRequest[],
): Promise<readonly RandomDifference[]> {
  const sequence = new Sequence(engines, prefix);
  try {
    await sequence.prepare();
    for (const request of requests) {
      const { differences, hasParted } = await sequence.ask(request);
      if (differences.length > 0 || hasParted) return differences;
    }
    return [];
  } finally {
    sequence.close();
  }
}
