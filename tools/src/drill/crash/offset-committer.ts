import { offsetCommitApi, offsetFetchApi } from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { expectNone, type TopicPartition } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { pause, type Actor } from './actor.ts';
import type { Tolerance } from './tolerance.ts';

/** The offset that a group has committed; -1: none. */
export async function committedOffset(
  client: BrokerClient,
  groupId: string,
  { topic, partition }: TopicPartition,
): Promise<number> {
  const answer = await client.send(offsetFetchApi, 7, {
    groupId,
    topics: [{ name: topic, partitionIndexes: [partition] }],
    requireStable: false,
  });
  expectNone(answer.errorCode, `OffsetFetch of ${groupId}`);
  const found = answer.topics[0]!.partitions[0]!;
  expectNone(found.errorCode, `OffsetFetch of ${groupId}`);
  return found.committedOffset;
}

/** A consumer that commits ever higher offsets for a group, without being its member. */
export class OffsetCommitter implements Actor {
  readonly #groupId: string;
  readonly #where: TopicPartition;
  readonly #random: Random;
  readonly #tolerance: Tolerance;
  #sent = -1;
  #acknowledged = -1;
  acknowledgedCount = 0;

  constructor(groupId: string, where: TopicPartition, random: Random, tolerance: Tolerance) {
    this.#tolerance = tolerance;
    this.#groupId = groupId;
    this.#where = where;
    this.#random = random;
  }

  async run(port: number, ending: AbortSignal): Promise<void> {
    const client = await BrokerClient.connect(port);
    try {
      while (!ending.aborted) {
        this.#sent += 1 + this.#random.below(5);
        const offset = this.#sent;
        const { topics } = await client.send(offsetCommitApi, 8, {
          groupId: this.#groupId,
          memberId: '',
          topics: [
            {
              name: this.#where.topic,
              partitions: [
                {
                  partitionIndex: this.#where.partition,
                  committedOffset: offset,
                  committedMetadata: `up to ${offset}`,
                },
              ],
            },
          ],
        });
        const { errorCode } = topics[0]!.partitions[0]!;
        if (this.#tolerance.served(errorCode, `OffsetCommit of ${this.#groupId}`)) {
          this.#acknowledged = offset;
          this.acknowledgedCount++;
        }
        if (this.#random.chance(0.5)) await pause(this.#random.below(6));
      }
    } finally {
      client.close();
    }
  }

  async check(client: BrokerClient): Promise<void> {
    const found = await committedOffset(client, this.#groupId, this.#where);
    promise(found >= this.#acknowledged && found <= this.#sent, 'no committed offset is lost', () => {
      return `${this.#groupId} stands at ${found}; ${this.#acknowledged} was acknowledged, ${this.#sent} was sent`;
    });
    this.#acknowledged = found;
  }
}
