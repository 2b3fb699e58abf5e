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

  /** The coordinator when it is loaded, else the promise of it; a failed start is tried again at the next call. */
  get(): GroupCoordinator | Promise<GroupCoordinator> {
    if (this.#coordinator.active) return this.#coordinator;
    this.#activation ??= this.#activate().catch((error: unknown) => {
      this.#activation = undefined;
      throw error;
    });
    return this.#activation;
  }

  /** Loads the groups that an earlier run left, in the background. */
  resume(): void {
    const { name } = offsetsTopicSettings(this.#options.config);
    if (this.#metadata.topic(name) === undefined) return;
    Promise.resolve(this.get()).catch((error: unknown) =>
      this.#options.onProblem?.('Loading the consumer groups failed; the next request of a group tries again.', error),
    );
  }

  async topicDeleted(name: string): Promise<void> {
    if (this.#coordinator.active) await this.#coordinator.topicsDeleted([name]);
  }

  /** Answers whoever waits for a rebalance, and lets writes in flight finish. May be called again. */
  async close(): Promise<void> {
    await this.#activation?.catch(() => undefined);
    await this.#coordinator.close();
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
