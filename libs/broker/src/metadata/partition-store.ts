import type { TopicConfig } from './config/topic-config.ts';
import type { TopicImage } from './topic-image.ts';

/** What follows a change of the metadata; wired to the storage by the server. Called when the change is durable, awaited before the answer. */
export interface PartitionStore {
  /**
   * Makes the logs. Also called at start for every topic, for what exists already: a log with this topic id stays as it is; one with
   * another topic id is left from a topic that was deleted, and is deleted first.
   */
  createPartitions(topic: TopicImage, partitions: readonly number[], config: TopicConfig): Promise<void>;
  deleteTopic(topic: TopicImage): Promise<void>;
  /** A topic's own settings, or the broker's defaults under them, were changed. */
  configChanged(topic: TopicImage, config: TopicConfig): void;
}
