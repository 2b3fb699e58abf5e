import { deleteRecordsApi } from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import type { TopicPartition } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { pause, type Actor } from './actor.ts';
import type { Tolerance } from './tolerance.ts';

/** Moves the start of a log forward, now and then. */
export class RecordDeleter implements Actor {
  readonly #where: TopicPartition;
  readonly #random: Random;
  readonly #tolerance: Tolerance;
  #endOffset = 0;
  #sent = 0;
  #acknowledged = 0;

  constructor(where: TopicPartition, random: Random, tolerance: Tolerance) {
    this.#tolerance = tolerance;
    this.#where = where;
    this.#random = random;
  }

  async run(port: number, ending: AbortSignal): Promise<void> {
    const client = await BrokerClient.connect(port);
    try {
      while (!ending.aborted) {
        await pause(20 + this.#random.below(150));
        const { topic, partition } = this.#where;
        const most = this.#sent + Math.floor((this.#endOffset - this.#sent) / 2);
        this.#sent = Math.max(this.#sent, this.#random.between(this.#sent, Math.max(most, this.#sent)));
        const { topics } = await client.send(deleteRecordsApi, 2, {
          topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset: this.#sent }] }],
          timeoutMs: 30_000,
        });
        const { errorCode } = topics[0]!.partitions[0]!;
        if (this.#tolerance.served(errorCode, `DeleteRecords of ${topic}-${partition}`))
          this.#acknowledged = this.#sent;
      }
    } finally {
      client.close();
    }
  }

  /** @param endOffset the high watermark found. */
  check(logStartOffset: number, endOffset: number): void {
    const isRight = logStartOffset >= this.#acknowledged && logStartOffset <= this.#sent;
    promise(isRight, 'deleted records stay away, and only they go', () => {
      return `the log starts at ${logStartOffset}; ${this.#acknowledged} was acknowledged, ${this.#sent} was sent`;
    });
    this.#acknowledged = this.#sent = logStartOffset;
    this.#endOffset = endOffset;
  }
}
