import { batchesIn, decodeRecords, ErrorCode, errorName } from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { earliestOffset, fetch, type TopicPartition } from '../broker/requests.ts';
import { Violation } from '../violation.ts';
import type { Actor } from './actor.ts';
import { payloadLabel } from './payload.ts';
import type { StreamJournal } from './stream-journal.ts';
import type { Tolerance } from './tolerance.ts';

/** A consumer at the end of a partition. What it saw must stay: visible means durable. */
export class TailReader implements Actor {
  readonly #where: TopicPartition;
  readonly #streams: ReadonlyMap<string, StreamJournal>;
  readonly #tolerance: Tolerance;
  #nextOffset = 0;
  seenCount = 0;

  constructor(where: TopicPartition, streams: ReadonlyMap<string, StreamJournal>, tolerance: Tolerance) {
    this.#tolerance = tolerance;
    this.#where = where;
    this.#streams = streams;
  }

  async run(port: number, ending: AbortSignal): Promise<void> {
    const client = await BrokerClient.connect(port);
    try {
      while (!ending.aborted) {
        const answer = await fetch(client, this.#where, this.#nextOffset, { maxWaitMs: 100, maxBytes: 200_000 });
        if (answer.errorCode !== 0) await this.#recover(client, answer.errorCode);
        for (const batch of batchesIn(answer.records ?? [])) {
          for (const record of decodeRecords(batch)) this.#see(record.offset, record.value);
          this.#nextOffset = Math.max(this.#nextOffset, batch.header.lastOffset + 1);
        }
      }
    } finally {
      client.close();
    }
  }

  /** Records before the log's start may have been deleted; a consumer asks where it starts then. @throws Violation. */
  async #recover(client: BrokerClient, errorCode: number): Promise<void> {
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      const startOffset = await earliestOffset(client, this.#where);
      if (startOffset > this.#nextOffset) {
        this.#nextOffset = startOffset;
        return;
      }
    }
    if (!this.#tolerance.isTolerant)
      throw new Violation('what was read once can be read again', this.#describe(errorName(errorCode)));
  }

  #see(offset: number, value: Buffer | null): void {
    const label = payloadLabel(value);
    if (label === undefined) throw new Violation('bytes come back as they were sent', this.#describe(`at ${offset}`));
    this.#streams.get(label.stream)?.acknowledge(label.sequence, offset);
    this.seenCount++;
  }

  #describe(what: string): string {
    return `${this.#where.topic}-${this.#where.partition}, offset ${this.#nextOffset}: ${what}`;
  }
}
