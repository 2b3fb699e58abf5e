/**
 * One run of a scenario on one engine: what it asks is written down, with the answers, to be compared with the run on the
 * other engine. What it names carries the scenario's prefix, so that scenarios do not meet.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  createTopicsApi,
  listOffsetsApi,
  metadataApi,
  type AnyApi,
  type RequestInput,
  type ResponseOf,
} from '../protocol/index.ts';
import { Conversation, type Outcome } from './conversation.ts';

/** One request that is compared. */
export interface Entry {
  /** What the request is about, unique within its scenario and version. */
  readonly label: string;
  readonly api: AnyApi;
  readonly version: number;
  readonly outcome: Outcome<unknown>;
}

/** Requests of one kind, sent in one version of an API. */
export interface Scenario {
  readonly name: string;
  /** The API whose versions the scenario is run in. */
  readonly api: AnyApi;
  /** Scenarios and versions that share something in an engine say so by one word here: they run one after another. */
  readonly sharing?: string;
  run(session: Session, version: number): Promise<void>;
}

/** A topic by name and id: requests hold both, and each version takes the one it knows. */
export interface TopicReference {
  readonly name: string;
  readonly topicId: string;
}

/** A server under comparison. */
export interface Engine {
  readonly host: string;
  readonly port: number;
}

/** Between two looks at what an engine does by itself. */
const LOOK_MS = 5;

export class Session {
  readonly entries: Entry[] = [];
  readonly prefix: string;
  /** Names by id of the topics that were prepared. */
  readonly topicNames = new Map<string, string>();
  readonly #engine: Engine;
  readonly #conversations: Conversation[] = [];
  #barriers = 0;

  constructor(engine: Engine, prefix: string) {
    this.#engine = engine;
    this.prefix = prefix;
  }

  /** A name that no other scenario uses. */
  named(name: string): string {
    return `${this.prefix}-${name}`;
  }

  /** Sends a request and writes its answer down. @returns the answer; undefined when there was none that could be read. */
  async ask<A extends AnyApi>(
    label: string,
    api: A,
    version: number,
    body: RequestInput<A>,
    connection = 0,
  ): Promise<ResponseOf<A> | undefined> {
    // Its place is where it was asked: another connection may be answered before.
    const place = this.entries.length;
    this.entries.push({ label, api, version, outcome: { kind: 'silent' } });
    const outcome = await this.#conversation(connection).ask(api, version, body);
    this.entries[place] = { label, api, version, outcome };
    return outcome.kind === 'answer' ? outcome.body : undefined;
  }

  /** Sends a request that wants no answer. */
  async tell<A extends AnyApi>(api: A, version: number, body: RequestInput<A>, connection = 0): Promise<void> {
    await this.#conversation(connection).tell(api, version, body);
  }

  /** Sends a request that no definition can write, in the name of an API, and writes down the answer's bytes. */
  async askRaw(label: string, api: AnyApi, version: number, request: Buffer, connection = 0): Promise<void> {
    const outcome = await this.#conversation(connection).askRaw(request);
    this.entries.push({ label, api, version, outcome });
  }

  /** Sends a request of the scenario's preparation. @throws Error when it is not answered. */
  async prepare<A extends AnyApi>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>> {
    const outcome = await this.#conversation(0).ask(api, version, body);
    if (outcome.kind === 'answer') return outcome.body;
    throw new Error(`${this.prefix}: ${api.name} v${version} of the preparation was ${outcome.kind}`);
  }

  /** Creates a topic and waits until it has leaders. */
  async topic(
    name: string,
    {
      partitions = 1,
      config = {},
    }: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> } = {},
  ): Promise<TopicReference> {
    const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    const topic = { name: this.named(name), numPartitions: partitions, replicationFactor: 1, assignments: [], configs };
    const answer = await this.prepare(createTopicsApi, 7, { topics: [topic], timeoutMs: 30_000 });
    const created = answer.topics[0]!;
    if (created.errorCode !== 0) throw new Error(`${topic.name} was not created: ${created.errorMessage}`);
    await this.settled(topic.name, partitions);
    await this.#led(topic.name, partitions);
    this.topicNames.set(created.topicId, topic.name);
    return { name: topic.name, topicId: created.topicId };
  }

  /** Waits until the engine's own view has a topic with all its leaders: Apache Kafka's brokers follow its controller. */
  async settled(name: string, partitions = 1): Promise<void> {
    for (;;) {
      const answer = await this.prepare(metadataApi, 12, {
        topics: [{ name }],
        allowAutoTopicCreation: false,
        includeTopicAuthorizedOperations: false,
      });
      const [topic] = answer.topics;
      const isSettled = topic?.errorCode === 0 && topic.partitions.every(({ errorCode }) => errorCode === 0);
      if (isSettled && topic.partitions.length >= partitions) return;
      await delay(LOOK_MS);
    }
  }

  /** Waits until the engine leads all partitions: its brokers take that up after their metadata say so. */
  async #led(name: string, partitions: number): Promise<void> {
    const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }));
    for (;;) {
      const { topics } = await this.prepare(listOffsetsApi, 9, {
        replicaId: -1,
        topics: [{ name, partitions: asked }],
      });
      if (topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) === true) return;
      await delay(LOOK_MS);
    }
  }

  /** Waits until the engine's own view has everything that was changed so far: then it has what is created now. */
  async caughtUp(): Promise<void> {
    await this.topic(`later-${++this.#barriers}`);
  }

  close(): void {
    for (const conversation of this.#conversations) conversation.close();
  }

  #conversation(index: number): Conversation {
    return (this.#conversations[index] ??= new Conversation(this.#engine.host, this.#engine.port));
  }
}
