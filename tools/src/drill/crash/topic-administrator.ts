/** Creates, changes and deletes topics of its own, one step at a time, and knows which of them must be there after a crash. */
import {
  createPartitionsApi,
  deleteTopicsApi,
  describeConfigsApi,
  incrementalAlterConfigsApi,
  type MetadataResponse,
} from '@headwater/broker/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { readPartition } from '../broker/partition-reader.ts';
import { createTopic, expectNone, metadata, produce } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import { pause, type Actor } from './actor.ts';
import type { BatchMaker } from './batch-maker.ts';
import { payload, payloadLabel } from './payload.ts';

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
  readonly #topics = new Map<string, Topic>();
  #createdCount = 0;
  changeCount = 0;

  constructor(random: Random, batches: BatchMaker) {
    this.#random = random;
    this.#batches = batches;
  }

  async run(port: number): Promise<void> {
    const client = await BrokerClient.connect(port);
    try {
      for (;;) {
        await this.#change(client);
        this.changeCount++;
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
      if (facts === undefined) this.#topics.delete(name);
      else await this.#checkTopic(client, topic, facts);
    }
  }

  async #checkTopic(client: BrokerClient, topic: Topic, facts: TopicFacts): Promise<void> {
    const { name, partitions, configValue } = topic;
    topic.state = 'there';
    const count = facts.partitions.length;
    promise(count === partitions.acknowledged || count === partitions.sent, 'a change of partitions stays', () => {
      return `${name} has ${count}, not ${partitions.acknowledged} or ${partitions.sent}`;
    });
    partitions.acknowledged = partitions.sent = count;
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

  async #change(client: BrokerClient): Promise<void> {
    const name = this.#random.pick(NAMES);
    const topic = this.#topics.get(name);
    if (topic === undefined) await this.#create(client, name);
    else if (this.#random.chance(0.35)) await this.#delete(client, topic);
    else if (this.#random.chance(0.5)) await this.#alter(client, topic);
    else await this.#grow(client, topic);
  }

  async #create(client: BrokerClient, name: string): Promise<void> {
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
    expectNone(await createTopic(client, { name, partitions, config }), `CreateTopics of ${name}`);
    topic.state = 'there';
    const batch = this.#batches.make([{ key: null, value: payload(topic.mark, 0) }]);
    const answer = await produce(client, { topic: name, partition: 0 }, batch);
    expectNone(answer.errorCode, `Produce into the new topic ${name}`);
    if (answer.baseOffset !== 0) throw new Violation('a new topic is empty', `${name}-0 began at ${answer.baseOffset}`);
    topic.isMarked = true;
  }

  async #delete(client: BrokerClient, topic: Topic): Promise<void> {
    topic.state = 'deleting';
    const { responses } = await client.send(deleteTopicsApi, 5, { topicNames: [topic.name], timeoutMs: 30_000 });
    expectNone(responses[0]!.errorCode, `DeleteTopics of ${topic.name}`);
    this.#topics.delete(topic.name);
  }

  async #alter(client: BrokerClient, { name, configValue }: Topic): Promise<void> {
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
    expectNone(responses[0]!.errorCode, `IncrementalAlterConfigs of ${name}`);
    configValue.acknowledged = configValue.sent;
  }

  async #grow(client: BrokerClient, { name, partitions }: Topic): Promise<void> {
    if (partitions.acknowledged === MOST_PARTITIONS) return;
    partitions.sent = partitions.acknowledged + 1;
    const { results } = await client.send(createPartitionsApi, 3, {
      topics: [{ name, count: partitions.sent, assignments: null }],
      timeoutMs: 30_000,
      validateOnly: false,
    });
    expectNone(results[0]!.errorCode, `CreatePartitions of ${name}`);
    partitions.acknowledged = partitions.sent;
  }
}
