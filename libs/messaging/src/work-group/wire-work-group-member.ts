/**
 * One member, in a loop: find the coordinator, join, take the assignment, send heartbeats until a rebalance, join again.
 *
 * The membership outlives rebalances: work goes on while members join, and the leader moves it in two steps (taken from one, then given
 * to another). It ends, and the listener is told, when the coordinator says so, or when it has not answered for a session, since
 * from then on it may have given the work away; that is counted from when the last answered heartbeat was sent, so that the member
 * gives up before the coordinator does. If the coordinator never did, the member joins again.
 */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type {
  ClusterAccess,
  WorkGroupListener,
  WorkGroupMember,
  WorkGroupMembership,
  WorkGroupOptions,
} from '../client/index.ts';
import { ClusterView, type WireConnection } from '../log-reader/index.ts';
import { findCoordinator } from '../transactions/index.ts';
import { errorNameOf, heartbeat, join, leave, memberErrors, sync, type Joined } from './membership-api.ts';

export type WireWorkGroupSettings = WorkGroupOptions & ClusterAccess;

const backoff: Backoff = { firstMs: 100, maxMs: 1_000 };
/** Leaving waits no longer for a coordinator that does not answer. */
const leaveWithinMs = 2_000;

/** Errors by which the coordinator says that it has another member, or none, in this one's place. */
const expelled: ReadonlySet<number> = new Set([memberErrors.unknownMember, memberErrors.illegalGeneration]);

class GroupFailure extends Error {
  constructor(
    step: string,
    readonly errorCode: number,
  ) {
    super(`${step} was answered with ${errorNameOf(errorCode)}`);
  }
}

export class WireWorkGroupMember implements WorkGroupMember {
  membership: WorkGroupMembership | undefined;
  lastContactMs = 0;
  private readonly logger = new Logger('WorkGroup');
  private readonly cluster: ClusterView;
  private readonly closing = new AbortController();
  private readonly finished: Promise<void>;
  private memberId = '';
  private wanted = new AbortController();
  private expiry: NodeJS.Timeout | undefined;
  private lost = true;

  constructor(
    private readonly settings: WireWorkGroupSettings,
    private readonly listener: WorkGroupListener,
    private readonly clock: Clock,
  ) {
    this.cluster = new ClusterView(settings);
    this.finished = this.keepJoined();
  }

  rejoin(): void {
    this.wanted.abort();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.wanted.abort();
    const left = new AbortController();
    await Promise.race([this.finished, this.clock.sleep(leaveWithinMs, left.signal)]);
    left.abort();
    this.lose();
    this.cluster.close();
    await this.finished;
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async keepJoined(): Promise<void> {
    const { groupId } = this.settings;
    for (let failures = 0; !this.isClosing();) {
      try {
        await this.generation(await this.coordinator());
        failures = 0;
      } catch (error) {
        if (error instanceof GroupFailure && expelled.has(error.errorCode)) {
          this.memberId = '';
          this.lose();
        }
        failures++;
        if (!this.isClosing() && failures > 1) this.logger.warn(`group ${groupId}: ${textOf(error)}; trying again`);
        await this.clock.sleep(pauseMs(backoff, failures), this.closing.signal);
      }
    }
    if (this.memberId === '') return;
    await this.coordinator()
      .then((connection) => leave(connection, groupId, this.memberId))
      .catch(() => undefined);
  }

  private async coordinator(): Promise<WireConnection> {
    const found = await findCoordinator(await this.cluster.anyConnection(), this.settings.groupId, 'group');
    check('the search for the coordinator', found.errorCode);
    return this.cluster.connect(found.host, found.port);
  }

  /** From a join to the next rebalance. @throws when the member has to find its coordinator again */
  private async generation(connection: WireConnection): Promise<void> {
    this.wanted = new AbortController();
    if (this.isClosing()) return;
    const joined = await this.joinOnce(connection);
    if (!joined) return;
    const { generation, leaderId, memberId, members } = joined;
    const { groupId } = this.settings;
    const isLeader = leaderId === memberId;
    const membership = { groupId, memberId, generation, isLeader };
    const assignments = isLeader ? this.listener.assign(members, memberId) : new Map<string, Buffer>();
    const sentMs = this.clock.nowMs();
    const { errorCode, assignment } = await sync(connection, membership, assignments);
    if (errorCode === memberErrors.rebalanceInProgress) return;
    check('taking the assignment', errorCode);
    if (this.isClosing()) return;
    this.heard(sentMs);
    this.lost = false;
    this.membership = membership;
    this.listener.onAssigned(assignment, membership);
    await this.beat(connection, membership);
  }

  /** Undefined when the group wants the member to come again under the id that it was given. */
  private async joinOnce(connection: WireConnection): Promise<Joined | undefined> {
    const { rebalanceTimeoutMs, sessionTimeoutMs } = this.settings;
    // Nobody is expelled while it waits for the others to join.
    this.expire(this.clock.nowMs() + rebalanceTimeoutMs + sessionTimeoutMs);
    const joined = await join(connection, this.settings, this.memberId, this.listener.metadata());
    if (joined.errorCode === memberErrors.memberIdRequired) {
      this.memberId = joined.memberId;
      return undefined;
    }
    check('joining', joined.errorCode);
    this.memberId = joined.memberId;
    this.heard(this.clock.nowMs());
    return joined;
  }

  /** Until a rebalance. @throws when the coordinator is not there, or says that this is no member */
  private async beat(connection: WireConnection, membership: WorkGroupMembership): Promise<void> {
    const { signal } = this.wanted;
    for (;;) {
      await this.clock.sleep(this.settings.heartbeatIntervalMs, signal);
      if (signal.aborted) {
        if (!this.isClosing()) this.listener.onRebalancing();
        return;
      }
      const sentMs = this.clock.nowMs();
      const errorCode = await heartbeat(connection, membership);
      if (errorCode === memberErrors.rebalanceInProgress) {
        this.heard(sentMs);
        this.listener.onRebalancing();
        return;
      }
      check('a heartbeat', errorCode);
      // This process stood still and gave up what the coordinator did not: it has to be told anew what is whose.
      if (this.lost) return;
      this.heard(sentMs);
    }
  }

  private heard(sentMs: number): void {
    this.lastContactMs = sentMs;
    this.expire(sentMs + this.settings.sessionTimeoutMs);
  }

  private expire(atMs: number): void {
    clearTimeout(this.expiry);
    this.expiry = setTimeout(() => this.lose(), Math.max(atMs - this.clock.nowMs(), 0));
  }

  private lose(): void {
    clearTimeout(this.expiry);
    this.membership = undefined;
    if (this.lost) return;
    this.lost = true;
    this.listener.onLost();
  }
}

/** @throws GroupFailure */
function check(step: string, errorCode: number): void {
  if (errorCode !== memberErrors.none) throw new GroupFailure(step, errorCode);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
