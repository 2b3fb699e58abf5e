/**
 * The partitions of `show_position` for whose users this instance publishes, shared among the instances by a consumer group. What lies in a
 * partition behind the group's offset is read when it is taken over: nobody has published for it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import type { CopartitionedMember, KafkaClient } from '@headwater/messaging';
import { ChangedUsers } from './changed-users.ts';
import { readKeys } from './read-keys.ts';

const retryMs = 500;
const topic = topics.showPosition.name;

export class OwnedPartitions {
  private readonly logger = new Logger('OwnedPartitions');
  private readonly owned = new Map<number, ChangedUsers>();
  private readonly committed = new Map<number, number>();
  private readonly member: CopartitionedMember;
  private generation = new AbortController();
  private readonly takingOver = new Set<Promise<void>>();

  constructor(
    private readonly client: KafkaClient,
    private readonly groupId: string,
    private readonly onChange: () => void,
  ) {
    this.member = client.joinCopartitioned(
      { groupId, topics: [topic], sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 30_000, heartbeatIntervalMs: 1_000 },
      {
        onAssigned: (partitions) => this.assigned(partitions),
        onRevoked: () => this.assigned([]),
        onRebalancing: () => undefined,
      },
    );
  }

  add(userId: string, isChange: boolean, partition: number, offset: number): void {
    this.owned.get(partition)?.add(userId, isChange, offset);
    if (isChange) this.onChange();
  }

  owns(partition: number): boolean {
    return this.owned.has(partition);
  }

  all(): ChangedUsers[] {
    return [...this.owned.values()];
  }

  /** Commits how far each partition is done, where that has changed. A commit that fails is followed by another. */
  async commit(): Promise<void> {
    const offsets = new Map<number, number>();
    for (const [partition, changed] of this.owned) {
      const done = changed.done();
      if (done !== undefined && done !== this.committed.get(partition)) offsets.set(partition, done);
    }
    if (offsets.size === 0 || !this.member.membership) return;
    try {
      await this.member.commit(new Map([[topic, offsets]]));
      for (const [partition, offset] of offsets) this.committed.set(partition, offset);
    } catch (error) {
      this.logger.debug(`offsets are committed later: ${textOf(error)}`);
    }
  }

  /** Resolves when nothing of it talks to Kafka any more. */
  async close(): Promise<void> {
    // Until the member is closed it may be assigned partitions, which begins a new generation.
    await this.member.close();
    this.generation.abort();
    await Promise.all(this.takingOver);
  }

  private assigned(partitions: readonly number[]): void {
    this.generation.abort();
    this.generation = new AbortController();
    this.owned.clear();
    this.committed.clear();
    for (const partition of partitions) {
      const work = this.takeOver(partition, this.generation.signal);
      this.takingOver.add(work);
      void work.then(() => this.takingOver.delete(work));
    }
  }

  private async takeOver(partition: number, signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        const offsets = await this.client.committedOffsets(this.groupId, topic, [partition]);
        if (isOver()) return;
        const from = Math.max(Number(offsets.get(partition) ?? -1), 0);
        const changed = new ChangedUsers(from);
        this.owned.set(partition, changed);
        await readKeys(
          this.client,
          { topic, partition, from },
          (key, offset) => changed.add(userOf(key), true, offset),
          signal,
        );
        changed.takenOver();
        this.onChange();
        return;
      } catch (error) {
        if (isOver()) return;
        this.logger.warn(`partition ${partition} cannot be taken over yet: ${textOf(error)}`);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** The key is `userId|showId`, and no id holds a `|`. */
const userOf = (key: string): string => key.slice(0, Math.max(key.indexOf('|'), 0));

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
