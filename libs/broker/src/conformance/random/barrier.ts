/**
 * Waits until an engine has done what it has only promised. The brokers of Apache Kafka learn of topics and configurations
 * after their controller has answered, and transactions end after EndTxn was answered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describeConfigsApi, describeTransactionsApi, incrementalAlterConfigsApi } from '../../protocol/index.ts';
import type { Session, TopicReference } from '../session.ts';
import { TRANSACTIONAL_IDS } from './cast.ts';

const LOOK_MS = 5;
const TOPIC = 2;
/** A change that is seen is applied when the one behind it is seen. */
const ROUNDS = 2;
/** How the states of a transaction that is being ended begin. */
const ENDING = 'Prepare';

const CHANGES_METADATA = new Set([
  'CreateTopics',
  'DeleteTopics',
  'CreatePartitions',
  'AlterConfigs',
  'IncrementalAlterConfigs',
  'DeleteRecords',
]);
const CHANGES_TRANSACTIONS = new Set(['EndTxn', 'InitProducerId', 'AddPartitionsToTxn', 'AddOffsetsToTxn']);

/** The barriers of one sequence on one engine. */
export class Barrier {
  readonly #session: Session;
  readonly #topic: TopicReference;
  #value = 1_000_000;

  private constructor(session: Session, topic: TopicReference) {
    this.#session = session;
    this.#topic = topic;
  }

  static async prepare(session: Session): Promise<Barrier> {
    return new Barrier(session, await session.topic('barrier'));
  }

  /** Waits until a request to an API has its effect. */
  async after(api: string): Promise<void> {
    if (CHANGES_METADATA.has(api)) for (let round = 0; round < ROUNDS; round++) await this.#metadata();
    if (CHANGES_TRANSACTIONS.has(api)) await this.#transactions();
  }

  async #metadata(): Promise<void> {
    const value = String(++this.#value);
    const resource = { resourceType: TOPIC, resourceName: this.#topic.name };
    const configs = [{ name: 'retention.ms', configOperation: 0, value }];
    await this.#session.prepare(incrementalAlterConfigsApi, 1, {
      resources: [{ ...resource, configs }],
      validateOnly: false,
    });
    for (;;) {
      const resources = [{ ...resource, configurationKeys: ['retention.ms'] }];
      const { results } = await this.#session.prepare(describeConfigsApi, 4, { resources });
      if (results[0]?.configs[0]?.value === value) return;
      await delay(LOOK_MS);
    }
  }

  async #transactions(): Promise<void> {
    const transactionalIds = TRANSACTIONAL_IDS.map(({ name }) => this.#session.named(name));
    for (;;) {
      const { transactionStates } = await this.#session.prepare(describeTransactionsApi, 0, { transactionalIds });
      if (transactionStates.every(({ transactionState }) => !transactionState.startsWith(ENDING))) return;
      await delay(LOOK_MS);
    }
  }
}
