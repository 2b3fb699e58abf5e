/**
 * The topics that clients see: those that are recorded durably and whose logs exist. The image is ahead of it while a topic is being
 * made; a topic being deleted is gone from here before its logs are.
 *
 * Concurrency: the steps of one topic name follow one another, so that a deleted topic's logs are gone before a new topic of the same
 * name makes its own; different topics do not wait for each other.
 */
import { topicConfigOf, type TopicConfig } from './config/topic-config.ts';
import { resourceType, type MetadataImage } from './metadata-image.ts';
import type { PartitionStore } from './partition-store.ts';
import type { TopicImage } from './topic-image.ts';

export class PublishedTopics {
  readonly #image: MetadataImage;
  readonly #partitions: PartitionStore;
  readonly #topics = new Map<string, TopicImage>();
  readonly #namesById = new Map<string, string>();
  readonly #configs = new Map<string, TopicConfig>();
  readonly #steps = new Map<string, Promise<void>>();
  #version = 0;

  constructor(image: MetadataImage, partitions: PartitionStore) {
    this.#image = image;
    this.#partitions = partitions;
  }

  /** Rises with every change of topics or of their partitions. */
  get version(): number {
    return this.#version;
  }

  get(name: string): TopicImage | undefined {
    return this.#topics.get(name);
  }

  getById(topicId: string): TopicImage | undefined {
    const name = this.#namesById.get(topicId);
    return name === undefined ? undefined : this.#topics.get(name);
  }

  all(): TopicImage[] {
    return [...this.#topics.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  config(name: string): TopicConfig | undefined {
    return this.#configs.get(name);
  }

  /** Makes the logs that a topic of the image still lacks and shows it. @throws what the store throws; it is not shown then. */
  open(name: string): Promise<void> {
    return this.#inOrder(name, async () => {
      const topic = this.#image.topic(name);
      const shown = this.#topics.get(name);
      if (topic === undefined || (shown?.topicId === topic.topicId && shown.partitionCount === topic.partitionCount))
        return;
      const first = shown?.topicId === topic.topicId ? shown.partitionCount : 0;
      const missing = Array.from({ length: topic.partitionCount - first }, (_, index) => first + index);
      const config = this.#configFromImage(name);
      await this.#partitions.createPartitions(topic, missing, config);
      // Deleted meanwhile: the deletion, which waits for this step, removes the logs.
      if (this.#image.topic(name)?.topicId !== topic.topicId) return;
      this.#topics.set(name, topic);
      this.#namesById.set(topic.topicId, name);
      this.#configs.set(name, config);
      this.#version++;
    });
  }

  /** Hides the topic at once and deletes its logs. */
  remove(topic: TopicImage): Promise<void> {
    if (this.#topics.get(topic.name)?.topicId === topic.topicId) {
      this.#version++;
      this.#topics.delete(topic.name);
      this.#configs.delete(topic.name);
    }
    this.#namesById.delete(topic.topicId);
    return this.#inOrder(topic.name, () => this.#partitions.deleteTopic(topic));
  }

  /** Takes a topic's configuration from the image. */
  refreshConfig(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    const config = this.#configFromImage(name);
    this.#configs.set(name, config);
    this.#partitions.configChanged(topic, config);
  }

  #configFromImage(name: string): TopicConfig {
    return topicConfigOf(this.#image.settings(resourceType.topic, name), this.#image.brokerSettings());
  }

  #inOrder(name: string, step: () => Promise<void>): Promise<void> {
    const previous = this.#steps.get(name) ?? Promise.resolve();
    const next = previous.then(step, step);
    this.#steps.set(name, next);
    const forget = (): void => {
      if (this.#steps.get(name) === next) this.#steps.delete(name);
    };
    next.then(forget, forget);
    return next;
  }
}
