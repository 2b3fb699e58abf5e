/**
 * The group coordinator with its topic: `__consumer_offsets` is created when the first client looks for a coordinator, so
 * that a broker without groups starts at once and holds no empty logs.
 */
import { GroupCoordinator, offsetsTopicSettings, type GroupCoordinatorOptions } from '../group/index.ts';
import type { ClusterMetadata } from '../metadata/index.ts';
import type { LogStorage, PartitionLog } from '../storage/index.ts';

export class GroupService {
  readonly #metadata: ClusterMetadata;
  readonly #storage: LogStorage;
  readonly #coordinator: GroupCoordinator;
  readonly #options: GroupCoordinatorOptions;
  #activation: Promise<GroupCoordinator> | undefined;

  constructor(metadata: ClusterMetadata, storage: LogStorage, options: GroupCoordinatorOptions) {
    this.#metadata = metadata;
    this.#storage = storage;
    this.#options = options;
    this.#coordinator = new GroupCoordinator(options);
  }

  /**
   * The coordinator when it is loaded, else the promise of it. When it cannot be loaded, it answers that it is not available,
   * and the next call tries again.
   */
  get(): GroupCoordinator | Promise<GroupCoordinator> {
    if (this.#coordinator.active) return this.#coordinator;
    this.#activation ??= this.#activate().catch((error: unknown) => {
      this.#activation = undefined;
      this.#options.onProblem?.('Loading the consumer groups failed; the next request of a group tries again.', error);
      return this.#coordinator;
    });
    return this.#activation;
  }

  /** Loads the groups that an earlier run left, in the background. */
  resume(): void {
    const { name } = offsetsTopicSettings(this.#options.config);
    if (this.#metadata.topic(name) !== undefined) void this.get();
  }

  /** Forgets the topic's offsets. The deletion stands when that fails: what is left only takes room. */
  async topicDeleted(name: string): Promise<void> {
    if (this.#coordinator.active) await this.#forgetTopic(name);
    // Not awaited: the coordinator may itself wait for its topic, behind the deletion that asks this.
    else void this.#activation?.then(() => this.#forgetTopic(name));
  }

  /** Answers whoever waits for a rebalance, and lets writes in flight finish. May be called again. */
  async close(): Promise<void> {
    await this.#activation;
    await this.#coordinator.close();
  }

  async #forgetTopic(name: string): Promise<void> {
    try {
      await this.#coordinator.topicsDeleted([name]);
    } catch (error) {
      this.#options.onProblem?.(`The offsets committed to the deleted topic ${name} could not be removed.`, error);
    }
  }

  async #activate(): Promise<GroupCoordinator> {
    const { name, partitions, config } = offsetsTopicSettings(this.#options.config);
    const topic = await this.#metadata.ensureTopic(name, { partitions, config });
    const logs: PartitionLog[] = [];
    for (let partition = 0; partition < topic.partitionCount; partition++) {
      const log = this.#storage.get(name, partition);
      if (log === undefined)
        throw new Error(`The log of ${name}-${partition} is missing in ${this.#storage.directory}`);
      logs.push(log);
    }
    await this.#coordinator.activate(logs);
    return this.#coordinator;
  }
}
