import type { StateMachine } from '../state-machine/index.ts';
import type { BrokerSettings } from './config/settings.ts';
import type { MetadataRecord } from './metadata-record.ts';
import { collisionKey, isInternalTopic } from './topic-name.ts';
import { partitionRecordOf } from './topics/partition-record-of.ts';
import type { TopicImage } from './topic-image.ts';

/** Kafka's `ConfigResource.Type`. */
export const resourceType = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const;

const nothing: ReadonlyMap<string, string> = new Map();

/** All that the records of the metadata log say: the state of the metadata's state machine. */
export class MetadataImage implements StateMachine<MetadataRecord> {
  readonly #topics = new Map<string, TopicImage>();
  readonly #topicNames = new Map<string, string>();
  readonly #namesByCollisionKey = new Map<string, string>();
  /** Settings by resource type and name; the broker's default for the cluster has the empty name. */
  readonly #settings = new Map<string, Map<string, string>>();
  readonly #features = new Map<string, number>();
  #nextProducerId = 0;
  readonly #nodeId: number;
  readonly #fixedBrokerSettings: ReadonlyMap<string, string>;

  constructor(nodeId: number, fixedBrokerSettings: ReadonlyMap<string, string>) {
    this.#nodeId = nodeId;
    this.#fixedBrokerSettings = fixedBrokerSettings;
  }

  get nextProducerId(): number {
    return this.#nextProducerId;
  }

  /** Level of a finalized feature; 0 when it was never set. */
  feature(name: string): number {
    return this.#features.get(name) ?? 0;
  }

  topic(name: string): TopicImage | undefined {
    return this.#topics.get(name);
  }

  topicById(topicId: string): TopicImage | undefined {
    const name = this.#topicNames.get(topicId);
    return name === undefined ? undefined : this.#topics.get(name);
  }

  /** A topic whose name differs from this one only in '.' and '_'. */
  collidingTopic(name: string): string | undefined {
    const other = this.#namesByCollisionKey.get(collisionKey(name));
    return other === name ? undefined : other;
  }

  topics(): IterableIterator<TopicImage> {
    return this.#topics.values();
  }

  settings(type: number, name: string): ReadonlyMap<string, string> {
    return this.#settings.get(`${type}:${name}`) ?? nothing;
  }

  /** Names of the resources of a type that have settings. */
  namesWithSettings(type: number): readonly string[] {
    const start = `${type}:`;
    return [...this.#settings]
      .filter(([key, settings]) => key.startsWith(start) && settings.size > 0)
      .map(([key]) => key.slice(start.length));
  }

  /** The broker's settings of every place. */
  brokerSettings(): BrokerSettings {
    return {
      dynamicBroker: this.settings(resourceType.broker, String(this.#nodeId)),
      dynamicDefault: this.settings(resourceType.broker, ''),
      fixed: this.#fixedBrokerSettings,
    };
  }

  replay(record: MetadataRecord): void {
    switch (record.kind) {
      case 'topic': {
        const { name, topicId } = record.value;
        this.#topics.set(name, { name, topicId, partitionCount: 0, isInternal: isInternalTopic(name) });
        this.#topicNames.set(topicId, name);
        this.#namesByCollisionKey.set(collisionKey(name), name);
        break;
      }
      case 'partition':
        this.#replayPartition(record.value.topicId, record.value.partitionId);
        break;
      case 'removeTopic':
        this.#replayRemoveTopic(record.value.topicId);
        break;
      case 'config':
        this.#replayConfig(record.value);
        break;
      case 'featureLevel':
        this.#features.set(record.value.name, record.value.featureLevel);
        break;
      case 'producerIds':
        this.#nextProducerId = record.value.nextProducerId;
        break;
    }
  }

  /** Partitions come back in order, so that a topic's count is right at each step; settings of topics behind the topics. */
  *snapshot(): Generator<MetadataRecord, void, undefined> {
    for (const [name, featureLevel] of this.#features) yield { kind: 'featureLevel', value: { name, featureLevel } };
    for (const { name, topicId, partitionCount } of this.#topics.values()) {
      yield { kind: 'topic', value: { name, topicId } };
      for (let partition = 0; partition < partitionCount; partition++) {
        yield partitionRecordOf(topicId, partition, this.#nodeId);
      }
    }
    for (const [key, settings] of this.#settings) {
      const [, type, name] = /^(\d+):(.*)$/s.exec(key)!;
      for (const [setting, value] of settings) {
        yield {
          kind: 'config',
          value: { resourceType: Number(type), resourceName: name!, name: setting, value },
        };
      }
    }
    if (this.#nextProducerId > 0) {
      const value = { brokerId: this.#nodeId, brokerEpoch: 0, nextProducerId: this.#nextProducerId };
      yield { kind: 'producerIds', value };
    }
  }

  reset(): void {
    this.#topics.clear();
    this.#topicNames.clear();
    this.#namesByCollisionKey.clear();
    this.#settings.clear();
    this.#features.clear();
    this.#nextProducerId = 0;
  }

  loaded(): void {
    // Nothing here waits or runs.
  }

  #replayPartition(topicId: string, partition: number): void {
    const topic = this.topicById(topicId);
    if (topic === undefined) return;
    this.#topics.set(topic.name, { ...topic, partitionCount: Math.max(topic.partitionCount, partition + 1) });
  }

  #replayRemoveTopic(topicId: string): void {
    const name = this.#topicNames.get(topicId);
    if (name === undefined) return;
    this.#topicNames.delete(topicId);
    this.#topics.delete(name);
    this.#namesByCollisionKey.delete(collisionKey(name));
    this.#settings.delete(`${resourceType.topic}:${name}`);
  }

  #replayConfig({
    resourceType: type,
    resourceName,
    name,
    value,
  }: {
    resourceType: number;
    resourceName: string;
    name: string;
    value: string | null;
  }): void {
    const key = `${type}:${resourceName}`;
    const settings = new Map(this.#settings.get(key));
    if (value === null) settings.delete(name);
    else settings.set(name, value);
    if (settings.size === 0) this.#settings.delete(key);
    else this.#settings.set(key, settings);
  }
}
