/** Producers that keep several batches under way until their connection is lost, and note what was acknowledged. */
import { ErrorCode, initProducerIdApi } from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { produce } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { Violation } from '../violation.ts';
import type { BatchMaker } from './batch-maker.ts';
import { pause, type Actor } from './actor.ts';
import { KeyedJournal } from './keyed-journal.ts';
import { payload } from './payload.ts';
import type { Tolerance } from './tolerance.ts';
import type { StreamJournal } from './stream-journal.ts';

const MOST_RECORDS = 4;
const KEYS = 12;
/** As many as an idempotent producer may have under way. */
const IDEMPOTENT_IN_FLIGHT = 5;
const PLAIN_IN_FLIGHT = 12;
const RETRY_MS = 5;

export interface StreamProducerOptions {
  readonly random: Random;
  readonly batches: BatchMaker;
  readonly acks: 1 | -1;
  readonly isIdempotent: boolean;
  readonly tolerance: Tolerance;
}

interface SentBatch {
  readonly baseSequence: number;
  readonly recordCount: number;
  readonly bytes: Buffer;
}

export class StreamProducer implements Actor {
  readonly journal: StreamJournal;
  readonly #options: StreamProducerOptions;
  #producerId = -1;
  /** Sent and not acknowledged, in order. */
  #pending: SentBatch[] = [];

  constructor(journal: StreamJournal, options: StreamProducerOptions) {
    this.journal = journal;
    this.#options = options;
  }

  async run(port: number, ending: AbortSignal): Promise<void> {
    const { isIdempotent, random, tolerance } = this.#options;
    const client = await BrokerClient.connect(port);
    try {
      while (isIdempotent && this.#producerId === -1 && !ending.aborted) await this.#initialize(client);
      if (isIdempotent && this.#producerId === -1) return;
      const under = new Set<Promise<void>>();
      const most = isIdempotent ? IDEMPOTENT_IN_FLIGHT : PLAIN_IN_FLIGHT;
      // A client that meets errors has to keep the order by itself.
      const limit = tolerance.isTolerant ? 1 : 1 + random.below(most);
      let failure: Error | undefined;
      const begin = (batch: SentBatch): void => {
        const sent: Promise<void> = this.#send(client, batch).catch(
          (error: unknown) => void (failure ??= error as Error),
        );
        under.add(sent);
        void sent.then(() => under.delete(sent));
      };
      for (const batch of this.#pending) {
        begin(batch);
        if (tolerance.isTolerant) await Promise.race(under);
      }
      while (failure === undefined && !ending.aborted) {
        if (under.size >= limit) await Promise.race(under);
        else {
          begin(this.#nextBatch());
          if (random.chance(0.3)) await pause(random.below(8));
        }
      }
      await Promise.all(under);
      if (failure !== undefined) throw failure;
    } finally {
      client.close();
      if (!isIdempotent) this.#pending = [];
      this.journal.connectionLost();
    }
  }

  async #initialize(client: BrokerClient): Promise<void> {
    const answer = await client.send(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
    if (this.#options.tolerance.served(answer.errorCode, 'InitProducerId')) this.#producerId = answer.producerId;
  }

  #nextBatch(): SentBatch {
    const { random, batches, isIdempotent } = this.#options;
    const { journal } = this;
    const baseSequence = journal.nextSequence;
    const recordCount = 1 + random.below(MOST_RECORDS);
    const records = Array.from({ length: recordCount }, (_, index) => this.#record(baseSequence + index));
    journal.nextSequence += recordCount;
    const producer = { producerId: this.#producerId, producerEpoch: 0, baseSequence };
    const bytes = batches.make(records, isIdempotent ? producer : undefined);
    const batch = { baseSequence, recordCount, bytes };
    this.#pending.push(batch);
    return batch;
  }

  #record(sequence: number): { readonly key: Buffer | null; readonly value: Buffer | null } {
    const { journal } = this;
    const { random } = this.#options;
    if (!(journal instanceof KeyedJournal)) return { key: null, value: payload(journal.name, sequence) };
    const key = `${journal.name}:${random.below(KEYS)}`;
    const isTombstone = random.chance(0.15);
    journal.write(key, sequence, isTombstone);
    return { key: Buffer.from(key), value: isTombstone ? null : payload(journal.name, sequence) };
  }

  async #send(client: BrokerClient, batch: SentBatch): Promise<void> {
    const { journal } = this;
    const { acks, isIdempotent, tolerance } = this.#options;
    const answer = await produce(client, journal.where, batch.bytes, { acks });
    const isKnown = isIdempotent && answer.errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
    const isStored = isKnown || tolerance.stored(answer.errorCode, `${journal.name}: batch ${batch.baseSequence}`);
    if (!isStored) {
      await pause(RETRY_MS);
      if (isIdempotent) await this.#send(client, batch);
      else for (let index = 0; index < batch.recordCount; index++) journal.refuse(batch.baseSequence + index);
      return;
    }
    if (!isKnown && answer.baseOffset < 0)
      throw new Violation('an acknowledgement says the offset', `${journal.name}: batch ${batch.baseSequence}`);
    for (let index = 0; index < batch.recordCount; index++)
      journal.acknowledge(batch.baseSequence + index, isKnown ? -1 : answer.baseOffset + index);
    this.#pending = this.#pending.filter((one) => one !== batch);
  }
}
