/** Two transactional producers, one by the older and one by the newer rules, and what must be true when the broker was taken away under them. */
import { expect } from '@jest/globals';
import { offsetFetchApi } from '../../protocol/index.ts';
import { readCommitted } from './committed-reader.ts';
import { createTopic } from './requests.ts';
import { Refusal, TransactionalClient, type Rules } from './transactional-client.ts';
import type { WireClient } from './wire-client.ts';

/** A transaction by its client's own view. */
export interface Transaction {
  readonly number: number;
  readonly commit: boolean;
  /** Its end was answered. */
  isEnded: boolean;
}

/** The transactions of each producer, by its transactional id. */
export type Known = ReadonlyMap<string, Transaction[]>;

const PRODUCERS: readonly (readonly [string, Rules])[] = [
  ['older', 'v1'],
  ['newer', 'v2'],
];
/** Where each transaction writes; into the second one twice. */
const PLACES = [
  ['left', 0],
  ['left', 1],
  ['right', 0],
] as const;
/** Each producer commits offsets for a partition of its own. */
const GROUP = 'copier';
const COPIED = 'left';

export function nothingKnown(): Known {
  return new Map(PRODUCERS.map(([id]) => [id, []]));
}

export function copyOf(known: Known): Known {
  return new Map([...known].map(([id, list]) => [id, list.map((transaction) => ({ ...transaction }))]));
}

export async function createTopics(client: WireClient): Promise<void> {
  await createTopic(client, 'left', { partitions: 2 });
  await createTopic(client, 'right');
}

/** New instances of both producers; earlier ones are fenced, and what they left is ended. */
export async function initialized(client: WireClient): Promise<TransactionalClient[]> {
  const producers = PRODUCERS.map(([id, rules]) => new TransactionalClient(client, id, rules));
  for (const producer of producers) await producer.initialize();
  return producers;
}

/** One more transaction of a producer: records in three partitions and an offset. */
export async function transact(producer: TransactionalClient, known: Known, commit: boolean): Promise<void> {
  const transactions = known.get(producer.transactionalId)!;
  const transaction = { number: transactions.length + 1, commit, isEnded: false };
  transactions.push(transaction);
  const name = `${producer.transactionalId} ${transaction.number}`;
  for (const [topic, partition] of PLACES) await producer.write(topic, partition, [`${name} a`, `${name} b`]);
  await producer.commitOffset(GROUP, COPIED, copiedPartition(producer.transactionalId), transaction.number);
  await producer.write('left', 1, [`${name} c`]);
  await producer.end(commit);
  transaction.isEnded = true;
}

/**
 * Takes over from the producers of before, and expects of each transaction: it is there whole, if its commit was answered, or it may
 * be so if that was under way, else it is not there at all. Nothing keeps readers waiting, and the ones before are fenced.
 */
export async function expectWholeTransactions(client: WireClient, known: Known): Promise<void> {
  const zombies = await initialized(client);
  await initialized(client);
  const places = await Promise.all(PLACES.map(([topic, partition]) => readCommitted(client, topic, partition)));
  for (const { lastStableOffset, highWatermark } of places) expect(lastStableOffset).toBe(highWatermark);
  for (const [id] of PRODUCERS) {
    const [first, ...others] = places.map(({ values }, place) =>
      transactionsIn(values, id, place === 1 ? 'abc' : 'ab'),
    );
    for (const other of others) expect(other).toEqual(first);
    const commits = known.get(id)!.filter(({ commit }) => commit);
    const answered = commits.filter(({ isEnded }) => isEnded).map(({ number }) => number);
    expect([answered, commits.map(({ number }) => number)]).toContainEqual(first);
    // What was under way has an outcome now.
    for (const transaction of commits) if (!transaction.isEnded) settle(known.get(id)!, transaction, first!);
    expect(await committedOffset(client, copiedPartition(id))).toBe(first!.at(-1) ?? -1);
  }
  for (const zombie of zombies) await expect(zombie.write('left', 0, ['late'])).rejects.toBeInstanceOf(Refusal);
}

function settle(transactions: Transaction[], transaction: Transaction, found: readonly number[]): void {
  const outcome = { number: transaction.number, commit: found.includes(transaction.number), isEnded: true };
  transactions.splice(transactions.indexOf(transaction), 1, outcome);
}

/** Numbers of the transactions whose records are there, in their order; fails when one is there in part, twice or out of order. */
function transactionsIn(values: readonly string[], id: string, letters: string): number[] {
  const own = values.filter((value) => value.startsWith(`${id} `));
  const numbers = [...new Set(own.map((value) => Number(value.split(' ')[1])))];
  expect(own).toEqual(numbers.flatMap((number) => letters.split('').map((letter) => `${id} ${number} ${letter}`)));
  return numbers;
}

function copiedPartition(transactionalId: string): number {
  return PRODUCERS.findIndex(([id]) => id === transactionalId);
}

async function committedOffset(client: WireClient, partition: number): Promise<number> {
  const request = { groupId: GROUP, topics: [{ name: COPIED, partitionIndexes: [partition] }] };
  for (;;) {
    const { groups } = await client.send(offsetFetchApi, 8, { groups: [request], requireStable: true });
    const [group] = groups;
    // The coordinator is being loaded.
    if (group!.errorCode !== 0) continue;
    const { errorCode, committedOffset: offset } = group!.topics[0]!.partitions[0]!;
    expect(errorCode).toBe(0);
    return offset;
  }
}
