/** A transactional producer on bare frames, by the rules of KIP-98 (`v1`) or of KIP-890 (`v2`), for tests that take the broker away. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  encodeBatch,
  endTxnApi,
  ErrorCode,
  errorName,
  initProducerIdApi,
  produceApi,
  txnOffsetCommitApi,
} from '../../protocol/index.ts';
import type { WireClient } from './wire-client.ts';

export type Rules = 'v1' | 'v2';

/** An answer with an error that is no reason to ask again. */
export class Refusal extends Error {
  readonly errorCode: number;

  constructor(what: string, errorCode: number) {
    super(`${what} was refused with ${errorName(errorCode)}`);
    this.errorCode = errorCode;
  }
}

const RETRY_MS = 2;
const LATER: ReadonlySet<number> = new Set([
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.NOT_ENOUGH_REPLICAS,
]);

/** Asks until the answer is none of those that say "later". @throws Refusal for any other error. */
async function insist<T>(what: string, ask: () => Promise<T>, codeOf: (answer: T) => number): Promise<T> {
  for (;;) {
    const answer = await ask();
    const errorCode = codeOf(answer);
    if (errorCode === ErrorCode.NONE) return answer;
    if (!LATER.has(errorCode)) throw new Refusal(what, errorCode);
    await delay(RETRY_MS);
  }
}

export class TransactionalClient {
  readonly transactionalId: string;
  readonly #client: WireClient;
  readonly #rules: Rules;
  #names = { producerId: -1, producerEpoch: -1 };
  readonly #sequences = new Map<string, number>();

  constructor(client: WireClient, transactionalId: string, rules: Rules) {
    this.#client = client;
    this.transactionalId = transactionalId;
    this.#rules = rules;
  }

  /** Fences earlier instances; ends what they left. */
  async initialize(transactionTimeoutMs = 60_000): Promise<void> {
    const request = { transactionalId: this.transactionalId, transactionTimeoutMs };
    const { producerId, producerEpoch } = await insist(
      'InitProducerId',
      () => this.#client.send(initProducerIdApi, 5, request),
      ({ errorCode }) => errorCode,
    );
    this.#takeNames({ producerId, producerEpoch });
  }

  /** Writes one batch into the transaction. */
  async write(topic: string, partition: number, values: readonly string[]): Promise<void> {
    const { transactionalId } = this;
    if (this.#rules === 'v1') await this.#addPartition(topic, partition);
    const place = `${topic}-${partition}`;
    const baseSequence = this.#sequences.get(place) ?? 0;
    const timestampMs = Date.now();
    const records = encodeBatch({
      ...this.#names,
      baseSequence,
      transactional: true,
      records: values.map((value) => ({ key: Buffer.from('key'), value: Buffer.from(value), timestampMs })),
    });
    const topicData = [{ name: topic, partitionData: [{ index: partition, records: [records] }] }];
    await insist(
      'Produce',
      () =>
        this.#client.send(produceApi, this.#rules === 'v1' ? 11 : 12, {
          acks: -1,
          timeoutMs: 10_000,
          transactionalId,
          topicData,
        }),
      ({ responses }) => responses[0]!.partitionResponses[0]!.errorCode,
    );
    this.#sequences.set(place, baseSequence + values.length);
  }

  /** Commits an offset of a group with the transaction. */
  async commitOffset(groupId: string, topic: string, partition: number, committedOffset: number): Promise<void> {
    const request = { transactionalId: this.transactionalId, groupId, ...this.#names };
    if (this.#rules === 'v1')
      await insist(
        'AddOffsetsToTxn',
        () => this.#client.send(addOffsetsToTxnApi, 3, request),
        ({ errorCode }) => errorCode,
      );
    const topics = [
      { name: topic, partitions: [{ partitionIndex: partition, committedOffset, committedMetadata: '' }] },
    ];
    await insist(
      'TxnOffsetCommit',
      () => this.#client.send(txnOffsetCommitApi, this.#rules === 'v1' ? 4 : 5, { ...request, topics }),
      (answer) => answer.topics[0]!.partitions[0]!.errorCode,
    );
  }

  async end(committed: boolean): Promise<void> {
    const { transactionalId } = this;
    const answer = await insist(
      'EndTxn',
      () => this.#client.send(endTxnApi, this.#rules === 'v1' ? 4 : 5, { transactionalId, ...this.#names, committed }),
      ({ errorCode }) => errorCode,
    );
    if (this.#rules === 'v2') this.#takeNames(answer);
  }

  async #addPartition(topic: string, partition: number): Promise<void> {
    await insist(
      'AddPartitionsToTxn',
      () =>
        this.#client.send(addPartitionsToTxnApi, 3, {
          v3AndBelowTransactionalId: this.transactionalId,
          v3AndBelowProducerId: this.#names.producerId,
          v3AndBelowProducerEpoch: this.#names.producerEpoch,
          v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
        }),
      ({ resultsByTopicV3AndBelow }) => resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode,
    );
  }

  /** Sequences of a new epoch begin at 0. */
  #takeNames(names: { readonly producerId: number; readonly producerEpoch: number }): void {
    const isSame = names.producerId === this.#names.producerId && names.producerEpoch === this.#names.producerEpoch;
    this.#names = { producerId: names.producerId, producerEpoch: names.producerEpoch };
    if (!isSame) this.#sequences.clear();
  }
}
