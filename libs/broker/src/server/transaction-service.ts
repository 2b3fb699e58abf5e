/**
 * The transaction coordinator with its topic: `__transaction_state` is created when the first transactional producer looks for its
 * coordinator, so that a broker without transactions holds no empty logs.
 */
import { compileTopicRegex, offsetsTopicName } from '../group/index.ts';
import type { ClusterMetadata } from '../metadata/index.ts';
import { encodeTransactionMarker, ErrorCode, KafkaError, type TransactionMarker } from '../protocol/index.ts';
import type { LogStorage, PartitionLog } from '../storage/index.ts';
import { TransactionCoordinator, transactionsTopicSettings } from '../transaction/index.ts';
import type { GroupService } from './group-service.ts';

export interface TransactionServiceOptions {
  readonly metadata: ClusterMetadata;
  readonly storage: LogStorage;
  readonly groups: GroupService;
  readonly onProblem: (message: string, cause: unknown) => void;
}

export class TransactionService {
  readonly #options: TransactionServiceOptions;
  readonly #coordinator: TransactionCoordinator;
  #activation: Promise<TransactionCoordinator> | undefined;

  constructor(options: TransactionServiceOptions) {
    const { metadata, onProblem } = options;
    this.#options = options;
    this.#coordinator = new TransactionCoordinator({
      config: metadata.brokerConfig.transaction,
      ports: {
        writeMarker: (topic, partition, marker) => this.writeMarker(topic, partition, marker),
        allocateProducerId: () => metadata.allocateProducerId(),
        compilePattern: compileTopicRegex,
        hasPartition: (topic, partition) => partition >= 0 && partition < (metadata.topic(topic)?.partitionCount ?? 0),
      },
      onProblem,
    });
  }

  /** Whether batches are looked up in their transactions, where the producer adds their partitions itself. */
  get verifiesPartitions(): boolean {
    return this.#options.metadata.brokerConfig.transaction.verifiesPartitions;
  }

  /** The coordinator as it is, loaded or not. */
  get coordinator(): TransactionCoordinator {
    return this.#coordinator;
  }

  /**
   * The coordinator when it is loaded, else the promise of it. When it cannot be loaded, it answers that it is not available,
   * and the next call tries again.
   */
  get(): TransactionCoordinator | Promise<TransactionCoordinator> {
    if (this.#coordinator.active) return this.#coordinator;
    this.#activation ??= this.#activate().catch((error: unknown) => {
      this.#activation = undefined;
      this.#options.onProblem('Loading the transactions failed; the next request of a producer tries again.', error);
      return this.#coordinator;
    });
    return this.#activation;
  }

  /** The same without creating the topic: before there is one, nobody has a transaction. */
  peek(): TransactionCoordinator | Promise<TransactionCoordinator> {
    const { metadata } = this.#options;
    const { name } = transactionsTopicSettings(metadata.brokerConfig.transaction);
    return metadata.topic(name) === undefined ? this.#coordinator : this.get();
  }

  /** Loads the transactions that an earlier run left, in the background, and ends what it had decided. */
  resume(): void {
    void this.peek();
  }

  /** Ends a transaction in one partition; resolves when that is durable. @throws KafkaError when it cannot be written. */
  async writeMarker(topic: string, partition: number, marker: TransactionMarker): Promise<void> {
    const { metadata, storage, groups } = this.#options;
    const isKnown = partition >= 0 && partition < (metadata.topic(topic)?.partitionCount ?? 0);
    if (!isKnown)
      throw new KafkaError(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        `There is no partition ${partition} of topic ${topic}`,
      );
    if (topic === offsetsTopicName) {
      const coordinator = await groups.get();
      await coordinator.writeMarker(partition, marker);
      return;
    }
    const log = storage.get(topic, partition);
    if (log === undefined)
      throw new KafkaError(ErrorCode.NOT_LEADER_OR_FOLLOWER, `The log of ${topic}-${partition} is not there now`);
    await log.append([encodeTransactionMarker(marker)], { origin: 'coordinator' }).durable;
  }

  /** Lets writes in flight finish. May be called again. */
  async close(): Promise<void> {
    await this.#activation;
    await this.#coordinator.close();
  }

  async #activate(): Promise<TransactionCoordinator> {
    const { metadata, storage } = this.#options;
    const { name, partitions, config } = transactionsTopicSettings(metadata.brokerConfig.transaction);
    const topic = await metadata.ensureTopic(name, { partitions, config });
    const logs: PartitionLog[] = [];
    for (let partition = 0; partition < topic.partitionCount; partition++) {
      const log = storage.get(name, partition);
      if (log === undefined) throw new Error(`The log of ${name}-${partition} is missing in ${storage.directory}`);
      logs.push(log);
    }
    await this.#coordinator.activate(logs);
    return this.#coordinator;
  }
}
