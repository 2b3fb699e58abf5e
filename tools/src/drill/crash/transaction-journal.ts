/** What is known of one transactional producer's transactions, and what a consumer of committed records must find of them. */
import type { TopicPartition } from '../broker/requests.ts';
import { promise, Violation } from '../violation.ts';
import type { FoundRecord } from './stream-journal.ts';

export type Outcome =
  /** Its end was not asked for: it can only be aborted. */
  | 'open'
  /** The end was asked for, and the answer did not come. */
  | 'committing'
  | 'aborting'
  | 'committed'
  | 'aborted';

export interface Transaction {
  readonly number: number;
  outcome: Outcome;
  /** Partition by sequence. Sequences number the records of a producer over all partitions. */
  readonly records: Map<number, string>;
  /** Offset by sequence, of what was acknowledged. */
  readonly acknowledged: Map<number, number>;
  /** The group's offset that it commits; undefined: none. */
  groupOffset: number | undefined;
}

export class TransactionJournal {
  readonly name: string;
  readonly groupId: string;
  readonly transactions: Transaction[] = [];
  nextSequence = 0;
  readonly #bySequence = new Map<number, Transaction>();

  constructor(name: string) {
    this.name = name;
    this.groupId = `group-of-${name}`;
  }

  get last(): Transaction | undefined {
    return this.transactions.at(-1);
  }

  begin(): Transaction {
    const transaction: Transaction = {
      number: this.transactions.length,
      outcome: 'open',
      records: new Map(),
      acknowledged: new Map(),
      groupOffset: undefined,
    };
    this.transactions.push(transaction);
    return transaction;
  }

  addRecord(transaction: Transaction, where: TopicPartition): number {
    const sequence = this.nextSequence++;
    transaction.records.set(sequence, `${where.topic}-${where.partition}`);
    this.#bySequence.set(sequence, transaction);
    return sequence;
  }

  /** The producer was given its id anew: whatever was open has ended. */
  settled(): void {
    const { last } = this;
    if (last?.outcome === 'open' || last?.outcome === 'aborting') last.outcome = 'aborted';
  }

  /**
   * Compares the committed records that a consumer finds, by partition, with what was promised. What was in doubt is known then.
   * @throws Violation
   */
  check(found: ReadonlyMap<string, readonly FoundRecord[]>, groupOffset: number): void {
    const places = this.#places(found);
    for (const transaction of this.transactions) this.#checkTransaction(transaction, places);
    const committed = this.transactions.findLast((one) => one.outcome === 'committed' && one.groupOffset !== undefined);
    const expected = committed?.groupOffset ?? -1;
    promise(groupOffset === expected, 'a transaction commits its offsets with its records', () => {
      return `${this.groupId} stands at ${groupOffset}, not at ${expected} of transaction ${committed?.number ?? 'none'}`;
    });
  }

  #places(found: ReadonlyMap<string, readonly FoundRecord[]>): Map<number, number> {
    const places = new Map<number, number>();
    for (const [partition, records] of found) {
      let last = -1;
      for (const { sequence, offset } of records) {
        const transaction = this.#bySequence.get(sequence);
        const isRight = transaction?.records.get(sequence) === partition && !places.has(sequence) && sequence > last;
        promise(isRight, 'committed records are there once, in order', () => {
          return `record ${sequence} of ${this.name} in ${partition} at ${offset}, after ${last}`;
        });
        last = sequence;
        places.set(sequence, offset);
      }
    }
    return places;
  }

  #checkTransaction(transaction: Transaction, places: ReadonlyMap<number, number>): void {
    const { number, outcome, records } = transaction;
    const visible = [...records.keys()].filter((sequence) => places.has(sequence)).length;
    const describe = () => `transaction ${number} of ${this.name} (${outcome}): ${visible} of ${records.size} records`;
    if (visible !== 0 && visible !== records.size)
      throw new Violation('a transaction is whole or not at all', describe());
    const isCommitted = visible > 0;
    if (outcome === 'committed') promise(isCommitted, 'a committed transaction stays', describe);
    else if (outcome !== 'committing') promise(!isCommitted, 'no aborted record is read', describe);
    else transaction.outcome = isCommitted ? 'committed' : 'aborted';
    if (!isCommitted) return;
    for (const [sequence, offset] of transaction.acknowledged)
      promise(places.get(sequence) === offset, 'a record keeps its offset', () => {
        return `record ${sequence} of ${this.name} was at ${offset} and is at ${places.get(sequence)}`;
      });
  }
}
