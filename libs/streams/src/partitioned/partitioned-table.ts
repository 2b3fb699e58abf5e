/**
 * Membership and partitions of one instance.
 *
 * Owning is a matter of memory, not of truth: for a moment, two instances may both believe that they own a partition (one was cut off
 * and does not know it yet), so what a state makes of records must not depend on who wrote them. A partition that moves is served by
 * its new owner as soon as it is restored; until then `state` waits. In a rebalance everything goes on where it is; when the membership
 * ends, what is held is followed further, as it will likely come back, but nobody is known as an owner.
 */
import {
  systemClock,
  type Clock,
  type KafkaClient,
  type MetricsPort,
  type WorkGroupMember,
} from '@headwater/messaging';
import type { Prepare } from '../codec/index.ts';
import { partitionsOfTable } from '../table/index.ts';
import { partitionOf } from '../task/index.ts';
import { PartitionFollower, type PartitionState } from './partition-follower.ts';
import { announcementOf, assignShares, ownersIn, type PartitionOwner } from './partition-shares.ts';

/** What is shared, with whom, and where this instance can be reached. */
export interface PartitionedTableOptions<State extends PartitionState> {
  /** Compacted. Its records must be placed by `partitionOf` of the key that is asked for. */
  readonly topic: string;
  /** Instances of one group share the partitions. */
  readonly groupId: string;
  /** Told to the other instances as it is, for example `http://10.0.0.7:3000`. */
  readonly address: string;
  /** An empty state; called when a partition comes to this instance. It is dropped when the partition goes. */
  readonly createState: (partition: number) => State;
  /** What must be awaited before a value can be applied, for example its writer's schema; undefined when nothing. */
  readonly prepareAt?: Prepare;
  /** How long an instance that is gone keeps its partitions. At least the broker's `group.min.session.timeout.ms` (6,000). */
  readonly sessionTimeoutMs?: number;
  readonly metrics?: MetricsPort;
  readonly clock?: Clock;
}

const heartbeatsPerSession = 4;
const longestHeartbeatIntervalMs = 1_000;

/** Joins the group; wait for `ready` before asking. @throws {StreamsError} `TOPIC_MISSING`; or when no broker answers. */
export async function openPartitionedTable<State extends PartitionState>(
  client: KafkaClient,
  options: PartitionedTableOptions<State>,
): Promise<PartitionedTable<State>> {
  return new PartitionedTable(client, options, await partitionsOfTable(client, options.topic));
}

/** A table of which each instance of a service holds its share of partitions, and knows who holds the others. */
export class PartitionedTable<State extends PartitionState> {
  private readonly member: WorkGroupMember;
  private readonly follower: PartitionFollower<State>;
  private owners: ReadonlyMap<number, PartitionOwner> = new Map();
  private generation = -1;

  /** Use {@link openPartitionedTable}. */
  constructor(
    client: KafkaClient,
    private readonly options: PartitionedTableOptions<State>,
    /** How many the topic has. */
    readonly partitions: number,
  ) {
    const { topic, groupId, address, createState, prepareAt, metrics, sessionTimeoutMs = 10_000 } = options;
    const { clock = systemClock } = options;
    this.follower = new PartitionFollower<State>(client, { topic, createState, prepareAt, metrics }, clock);
    this.member = client.joinWorkGroup(
      {
        groupId,
        protocolType: 'headwater-table',
        protocol: 'sticky-1',
        sessionTimeoutMs,
        rebalanceTimeoutMs: sessionTimeoutMs,
        heartbeatIntervalMs: Math.min(sessionTimeoutMs / heartbeatsPerSession, longestHeartbeatIntervalMs),
      },
      {
        metadata: () => announcementOf({ address, generation: this.generation, partitions: this.follower.partitions }),
        assign: (members) => assignShares(members, partitions),
        onAssigned: (assignment, { memberId, generation }) => {
          this.owners = ownersIn(assignment, memberId);
          this.generation = generation;
          this.follower.follow([...this.owners].filter(([, { isSelf }]) => isSelf).map(([partition]) => partition));
        },
        onRebalancing: () => undefined,
        onLost: () => {
          this.owners = new Map();
        },
      },
    );
  }

  /** Where a key's records lie; the topic's partition key, where that is a part of the key. */
  partitionOf(partitionKey: string): number {
    return partitionOf(Buffer.from(partitionKey), this.partitions);
  }

  /** Undefined while this instance has no part in the group, or the group is gathering for the first time. */
  ownerOf(partition: number): PartitionOwner | undefined {
    return this.owners.get(partition);
  }

  /** Waits until the partition is restored. @throws {StreamsError} `NOT_OWNED`; or what ended the table. */
  state(partition: number): Promise<State> {
    return this.follower.state(partition);
  }

  /** The states of all partitions that are restored here. */
  states(): State[] {
    return this.follower.restored();
  }

  /** For readiness: whether this instance is a member, and its partitions are restored. */
  ready(): { readonly ok: boolean; readonly detail?: string } {
    const { topic, groupId } = this.options;
    if (this.follower.failure) return { ok: false, detail: this.follower.failure.message };
    if (!this.member.membership) return { ok: false, detail: `no member of group ${groupId}` };
    const percent = this.follower.percentRestored();
    if (percent < 100) return { ok: false, detail: `table ${topic} is restored to ${Math.floor(percent)} %` };
    return { ok: true, detail: `partitions ${this.follower.partitions.join(', ') || 'none'} of ${this.partitions}` };
  }

  /** For liveness: whether a restart may be the cure. */
  live(): { readonly ok: boolean; readonly detail?: string } {
    return this.follower.failure ? { ok: false, detail: this.follower.failure.message } : { ok: true };
  }

  /** Leaves the group, so that the others take over at once. */
  async close(): Promise<void> {
    await this.member.close();
    await this.follower.close();
  }
}
