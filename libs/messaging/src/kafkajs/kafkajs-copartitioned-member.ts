/**
 * Membership on kafkajs without its fetching: everything assigned is paused in the same turn, and what is left of kafkajs's loop is a
 * sleep and a heartbeat. A session is one kafkajs consumer; when it crashes, another one follows after a pause.
 */
import { Logger } from '@nestjs/common';
import type { Consumer, Kafka } from 'kafkajs';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type {
  CopartitionedListener,
  CopartitionedMember,
  CopartitionedOptions,
  GroupMembership,
} from '../client/index.ts';
import { copartitionedAssigner, type OwnedPartitions } from './copartitioned-assigner.ts';
import { forgetGeneration, generationOf } from './group-fencing.ts';

const sessionBackoff: Backoff = { firstMs: 200, maxMs: 2_000 };
/** How long kafkajs sleeps when everything is paused, and so the longest that leaving takes. */
const sleepMs = 100;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class KafkajsCopartitionedMember implements CopartitionedMember {
  lastContactMs = 0;
  membership: GroupMembership | undefined;
  private readonly logger = new Logger('Consumer');
  private readonly closing = new AbortController();
  private readonly finished: Promise<void>;
  private consumer: Consumer | undefined;
  private owned: OwnedPartitions = { generation: -1, partitions: [] };

  constructor(
    private readonly kafka: Kafka,
    private readonly options: CopartitionedOptions,
    private readonly listener: CopartitionedListener,
    private readonly clock: Clock,
  ) {
    this.finished = this.keepSession();
  }

  async commit(offsets: ReadonlyMap<string, ReadonlyMap<number, number>>): Promise<void> {
    if (!this.consumer || !this.membership) throw new Error(`group ${this.options.groupId}: not a member now`);
    await this.consumer.commitOffsets(
      [...offsets].flatMap(([topic, byPartition]) =>
        [...byPartition].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })),
      ),
    );
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.finished;
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async keepSession(): Promise<void> {
    for (let failures = 0; !this.isClosing();) {
      const startedMs = this.clock.nowMs();
      try {
        await this.session();
      } catch (error) {
        this.logger.warn(`group ${this.options.groupId}: ${textOf(error)}; trying again`);
      }
      failures = this.clock.nowMs() - startedMs > 30_000 ? 1 : failures + 1;
      if (!this.isClosing()) await this.clock.sleep(pauseMs(sessionBackoff, failures), this.closing.signal);
    }
  }

  private async session(): Promise<void> {
    const { groupId, topics, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = this.options;
    const consumer = this.kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      maxWaitTimeInMs: sleepMs,
      allowAutoTopicCreation: false,
      partitionAssigners: [copartitionedAssigner(() => this.owned)],
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    const crashed = this.listen(consumer);
    const closed = new Promise<undefined>((resolve) => {
      this.closing.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      if (this.isClosing()) return;
      this.consumer = consumer;
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
      const error = await Promise.race([crashed, closed]);
      if (error) throw error;
    } finally {
      this.revoke();
      this.consumer = undefined;
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Resolves with the reason when the consumer crashes. */
  private listen(consumer: Consumer): Promise<Error> {
    consumer.on(consumer.events.HEARTBEAT, () => {
      this.lastContactMs = this.clock.nowMs();
    });
    consumer.on(consumer.events.REBALANCING, () => this.listener.onRebalancing());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.lastContactMs = this.clock.nowMs();
      const topics = Object.entries(payload.memberAssignment);
      consumer.pause(topics.map(([topic, partitions]) => ({ topic, partitions })));
      const partitions = [...new Set(topics.flatMap(([, each]) => each))].sort((one, other) => one - other);
      const generation = generationOf(payload.memberId) ?? -1;
      this.membership = { groupId: this.options.groupId, memberId: payload.memberId, generation };
      this.owned = { generation, partitions };
      this.listener.onAssigned(partitions, this.membership);
    });
    return new Promise((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
    });
  }

  private revoke(): void {
    if (!this.membership) return;
    forgetGeneration(this.membership.memberId);
    this.membership = undefined;
    this.owned = { generation: -1, partitions: [] };
    this.listener.onRevoked();
  }
}
