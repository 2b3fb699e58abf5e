/** Creates, changes and deletes topics of its own, one step at a time, and knows which of them must be there after a crash. */
import {
  createPartitionsApi,
  deleteTopicsApi,
  describeConfigsApi,
  ErrorCode,
  incrementalAlterConfigsApi,
  type MetadataResponse,
} from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { readPartition } from '../broker/partition-reader.ts';
import { createTopic, expectNone, metadata, produce } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import { pause, type Actor } from './actor.ts';
import type { BatchMaker } from './batch-maker.ts';
import { payload, payloadLabel } from './payload.ts';
import type { Tolerance } from './tolerance.ts';

const NAMES = ['extra-a', 'extra-b', 'extra-c', 'extra-d'];
const MOST_PARTITIONS = 6;
const CONFIG_NAME = 'max.message.bytes';
const RESOURCE_TOPIC = 2;

type TopicFacts = MetadataResponse['topics'][number];

/** Both are the same when the last change was acknowledged. */
interface Changed {
  acknowledged: number;
  sent: number;
}

interface Topic {
  readonly name: string;
  /** What it writes into the topic it has created, so that an older topic of the name is recognized. */
  readonly mark: string;
  state: 'creating' | 'there' | 'deleting';
  isMarked: boolean;
  readonly partitions: Changed;
  readonly configValue: Changed;
}

export class TopicAdministrator implements Actor {
  readonly #random: Random;
  readonly #batches: BatchMaker;
  readonly #tolerance: Tolerance;
  readonly #topics = new Map<string, Topic>();
  #createdCount = 0;
  changeCount = 0;
  /** For the message of a failure. */
  doing = 'nothing';

  constructor(random: Random, batches: BatchMaker, tolerance: Tolerance) {
    this.#tolerance = tolerance;
    this.#random = random;
    this.#batches = batches;
  }

  async run(port: number, ending: AbortSignal): Promise<void> {
    const client = await BrokerClient.connect(port);
    try {
      while (!ending.aborted) {
        const isDone = await this.#change(client);
        // What a refusal leaves is found out by the check; the next change begins with what is there.
        if (isDone) this.changeCount++;
        else await this.#lookAgain(client);
        await pause(this.#random.below(25));
      }
    } finally {
      client.close();
    }
  }

  async check(client: BrokerClient): Promise<void> {
    const found = new Map((await metadata(client)).map((topic) => [topic.name!, topic]));
    for (const name of NAMES) {
      const topic = this.#topics.get(name);
      const facts = found.get(name);
      promise(topic !== undefined || facts === undefined, 'a deleted topic stays away', () => name);
      if (topic === undefined) continue;
      promise(facts !== undefined || topic.state !== 'there', 'a created topic stays', () => name);
      // One that was recorded and could not be completed comes with the next start.
      const mayCome = topic.state === 'creating' && this.#tolerance.isTolerant;
      if (facts === undefined && !mayCome) this.#topics.delete(name);
      if (facts !== undefined) await this.#checkTopic(client, topic, facts);
    }
  }

  async #checkTopic(client: BrokerClient, topic: Topic, facts: TopicFacts): Promise<void> {
    const { name, partitions, configValue } = topic;
    topic.state = 'there';
    const count = facts.partitions.length;
    promise(count === partitions.acknowledged || count === partitions.sent, 'a change of partitions stays', () => {
      return `${name} has ${count}, not ${partitions.acknowledged} or ${partitions.sent}`;
    });
    // More may be recorded than could be made.
    partitions.acknowledged = count;
    if (!this.#tolerance.isTolerant) partitions.sent = count;
    const value = await this.#configValue(client, name);
    promise(value === configValue.acknowledged || value === configValue.sent, 'a change of a config stays', () => {
      return `${CONFIG_NAME} of ${name} is ${value}, not ${configValue.acknowledged} or ${configValue.sent}`;
    });
    configValue.acknowledged = configValue.sent = value;
    for (let partition = 0; partition < count; partition++) {
      const { records } = await readPartition(client, { topic: name, partition });
      const streams = records.map((record) => payloadLabel(record.value)?.stream);
      promise(
        streams.every((stream) => stream === topic.mark),
        'a topic holds its own records',
        () => {
          return `${name}-${partition} holds records of ${streams.join(', ')}, not of ${topic.mark}`;
        },
      );
      promise(partition > 0 || !topic.isMarked || streams.length === 1, 'no acknowledged record is lost', () => {
        return `${name}-0 has ${streams.length} records, not the one of ${topic.mark}`;
      });
    }
    topic.isMarked ||= (await readPartition(client, { topic: name, partition: 0 })).records.length > 0;
  }

  async #configValue(client: BrokerClient, name: string): Promise<number> {
    const { results } = await client.send(describeConfigsApi, 4, {
      resources: [{ resourceType: RESOURCE_TOPIC, resourceName: name, configurationKeys: [CONFIG_NAME] }],
      includeSynonyms: false,
      includeDocumentation: false,
    });
    expectNone(results[0]!.errorCode, `DescribeConfigs of ${name}`);
    return Number(results[0]!.configs[0]!.value);
  }

  /** @returns whether it was served. */
  async #change(client: BrokerClient): Promise<boolean> {
    const name = this.#random.pick(NAMES);
    const topic = this.#topics.get(name);
    this.doing = `changing ${name}`;
    if (topic === undefined) return await this.#create(client, name);
    if (topic.state === 'creating') return await this.#createAgain(client, topic);
    if (this.#random.chance(0.35)) return await this.#delete(client, topic);
    if (this.#random.chance(0.5)) return await this.#alter(client, topic);
    return await this.#grow(client, topic);
  }

  /** After a refusal: which topics are there, and with how many partitions. */
  async #lookAgain(client: BrokerClient): Promise<void> {
    const found = new Map((await metadata(client)).map((topic) => [topic.name!, topic]));
    for (const [name, topic] of this.#topics) {
      const facts = found.get(name);
      // One whose creation was refused may be recorded, and come with the next start.
      if (facts !== undefined) topic.state = 'there';
      else if (topic.state === 'deleting') this.#topics.delete(name);
    }
  }

  async #create(client: BrokerClient, name: string): Promise<boolean> {
    const partitions = 1 + this.#random.below(3);
    const value = 200_000 + this.#random.below(1000);
    const topic: Topic = {
      name,
      mark: `${name}#${this.#createdCount++}`,
      state: 'creating',
      isMarked: false,
      partitions: { acknowledged: partitions, sent: partitions },
      configValue: { acknowledged: value, sent: value },
    };
    this.#topics.set(name, topic);
    const config = { [CONFIG_NAME]: String(value), 'segment.ms': '1000', 'retention.ms': '-1' };
    this.doing = `creating ${name}`;
    const created = await createTopic(client, { name, partitions, config });
    if (!this.#tolerance.served(created, `CreateTopics of ${name}`)) return false;
    topic.state = 'there';
    this.doing = `writing into ${name}`;
    const batch = this.#batches.make([{ key: null, value: payload(topic.mark, 0) }]);
    const answer = await produce(client, { topic: name, partition: 0 }, batch);
    if (!this.#tolerance.stored(answer.errorCode, `Produce into the new topic ${name}`)) return true;
    if (answer.baseOffset !== 0) throw new Violation('a new topic is empty', `${name}-0 began at ${answer.baseOffset}`);
    topic.isMarked = true;
    return true;
  }

  /** After a refusal: the topic may have been recorded, and is completed then. */
  async #createAgain(client: BrokerClient, topic: Topic): Promise<boolean> {
    const { name, partitions } = topic;
    this.doing = `creating ${name} again`;
    const config = { [CONFIG_NAME]: String(topic.configValue.sent), 'segment.ms': '1000', 'retention.ms': '-1' };
    const errorCode = await createTopic(client, { name, partitions: partitions.sent, config });
    if (errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS && !this.#tolerance.served(errorCode, `CreateTopics of ${name}`))
      return false;
    await this.#lookAgain(client);
    return topic.state !== 'creating';
  }

  async #delete(client: BrokerClient, topic: Topic): Promise<boolean> {
    topic.state = 'deleting';
    const { responses } = await client.send(deleteTopicsApi, 5, { topicNames: [topic.name], timeoutMs: 30_000 });
    if (!this.#tolerance.served(responses[0]!.errorCode, `DeleteTopics of ${topic.name}`)) return false;
    this.#topics.delete(topic.name);
    return true;
  }

  async #alter(client: BrokerClient, { name, configValue }: Topic): Promise<boolean> {
    configValue.sent = 200_000 + this.#random.below(1000);
    const { responses } = await client.send(incrementalAlterConfigsApi, 1, {
      resources: [
        {
          resourceType: RESOURCE_TOPIC,
          resourceName: name,
          configs: [{ name: CONFIG_NAME, configOperation: 0, value: String(configValue.sent) }],
        },
      ],
      validateOnly: false,
    });
    if (this.#tolerance.served(responses[0]!.errorCode, `IncrementalAlterConfigs of ${name}`))
      configValue.acknowledged = configValue.sent;
    return true;
  }

  async #grow(client: BrokerClient, { name, partitions }: Topic): Promise<boolean> {
    if (partitions.sent !== partitions.acknowledged || partitions.sent === MOST_PARTITIONS) return true;
    partitions.sent = partitions.acknowledged + 1;
    const { results } = await client.send(createPartitionsApi, 3, {
      topics: [{ name, count: partitions.sent, assignments: null }],
      timeoutMs: 30_000,
      validateOnly: false,
    });
    if (this.#tolerance.served(results[0]!.errorCode, `CreatePartitions of ${name}`))
      partitions.acknowledged = partitions.sent;
    return true;
  }
}
