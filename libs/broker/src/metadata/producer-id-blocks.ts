/**
 * Gives out producer ids from blocks. A block is recorded before its first id is given out, so that no id is given twice, whatever
 * happens; the rest of a block is lost at a restart, as in Kafka.
 */
import type { StateMachineRuntime } from '../state-machine/index.ts';
import type { MetadataImage } from './metadata-image.ts';
import type { MetadataRecord } from './metadata-record.ts';

/** Kafka's block size. */
const blockSize = 1000;

export class ProducerIdBlocks {
  readonly #runtime: StateMachineRuntime<MetadataRecord>;
  readonly #image: MetadataImage;
  readonly #nodeId: number;
  #next = 0;
  #end = 0;
  #allocation: Promise<void> | undefined;

  constructor(runtime: StateMachineRuntime<MetadataRecord>, image: MetadataImage, nodeId: number) {
    this.#runtime = runtime;
    this.#image = image;
    this.#nodeId = nodeId;
  }

  /** @throws KafkaError (retriable) when the block cannot be recorded. */
  async next(): Promise<number> {
    while (this.#next >= this.#end) {
      this.#allocation ??= this.#allocate().finally(() => (this.#allocation = undefined));
      await this.#allocation;
    }
    return this.#next++;
  }

  async #allocate(): Promise<void> {
    const start = await this.#runtime.write(() => {
      const first = this.#image.nextProducerId;
      const value = { brokerId: this.#nodeId, brokerEpoch: 0, nextProducerId: first + blockSize };
      return { records: [{ kind: 'producerIds', value }], reply: first };
    });
    this.#next = start;
    this.#end = start + blockSize;
  }
}
