/**
 * The state of one group of the classic protocol, and the changes that keep it consistent; when they happen is decided by the files
 * beside this one.
 *
 * Recorded (and so replayed): generation, protocol, leader, the time of the last recorded change, the members with their assignments. A
 * record is written when a generation gets its assignments, when the group becomes empty, and when a static member is replaced. A
 * restart in the middle of a rebalance finds the last recorded generation; its members join again, as in Kafka.
 *
 * Invariants: `staticMembers` maps each instance id to the one member that has it; the leader is a member, or undefined when there is
 * none; `#protocolCounts` counts the members that support each protocol; `#joinsAwaited` counts the members with an open JoinGroup.
 */
import { ErrorCode, KafkaError, type GroupMetadataValue } from '../../protocol/index.ts';
import type { JoinGroupResponse, SyncGroupResponse } from '../messages.ts';
import type { Timer } from '../../storage/index.ts';
import { GroupMember, type MemberProtocol, type MemberWishes } from './group-member.ts';
import type { Deadline } from '../deadline.ts';
import type { GroupState } from './group-state.ts';

export class ClassicGroup {
  readonly type = 'classic';
  readonly groupId: string;
  state: GroupState = 'Empty';
  previousState: GroupState = 'Empty';
  generationId = 0;
  /** For example `consumer` or `connect`; undefined of a group that only ever committed offsets. */
  protocolType: string | undefined;
  protocolName: string | undefined;
  leaderId: string | undefined;
  /** When the recorded state last changed; -1 when no record says it. */
  stateTimestampMs = -1;
  /** Whether the log has a record of the group itself (not only of its offsets). */
  isRecorded = false;
  readonly members = new Map<string, GroupMember>();
  readonly staticMembers = new Map<string, string>();
  /** Ids that were given out with MEMBER_ID_REQUIRED and are waited for (KIP-394). */
  readonly pendingJoins = new Map<string, Deadline>();
  /** Members of this generation that have not asked for their assignment yet. */
  readonly pendingSyncs = new Set<string>();
  /** Whether a member came while the first rebalance waits for more. */
  newMemberAdded = false;
  joinTimer: Timer | undefined;
  syncTimer: Timer | undefined;
  readonly #protocolCounts = new Map<string, number>();
  #joinsAwaited = 0;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get joinsAwaited(): number {
    return this.#joinsAwaited;
  }

  get hasAllMembersJoined(): boolean {
    return this.members.size === this.#joinsAwaited && this.pendingJoins.size === 0;
  }

  /** The longest that any member allows. */
  get rebalanceTimeoutMs(): number {
    let longestMs = 0;
    for (const member of this.members.values()) longestMs = Math.max(longestMs, member.rebalanceTimeoutMs);
    return longestMs;
  }

  transitionTo(state: GroupState): void {
    this.previousState = this.state;
    this.state = state;
  }

  /** @throws KafkaError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID when another member took over the instance id. */
  memberFor(memberId: string, groupInstanceId: string | null): GroupMember {
    const holder = groupInstanceId === null ? undefined : this.staticMembers.get(groupInstanceId);
    if (holder !== undefined && holder !== memberId)
      throw new KafkaError(
        ErrorCode.FENCED_INSTANCE_ID,
        `Member ${memberId} of group ${this.groupId} was replaced by ${holder} with the same group.instance.id.`,
      );
    const member = groupInstanceId !== null && holder === undefined ? undefined : this.members.get(memberId);
    if (member === undefined)
      throw new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, `Group ${this.groupId} has no member '${memberId}'.`);
    return member;
  }

  add(member: GroupMember): void {
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.staticMembers.set(member.groupInstanceId, member.memberId);
    this.leaderId ??= member.memberId;
    this.#countProtocols(member, 1);
    if (member.awaitingJoin !== undefined) this.#joinsAwaited++;
    this.forgetPendingJoin(member.memberId);
  }

  /** Takes a member out; whoever waits for it is told that it is unknown, so that a living client joins anew. */
  remove(member: GroupMember): void {
    this.answerJoin(member, unknownMember);
    this.answerSync(member, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, assignment: Buffer.alloc(0) });
    member.session?.cancel();
    this.members.delete(member.memberId);
    this.pendingSyncs.delete(member.memberId);
    this.#countProtocols(member, -1);
    if (member.groupInstanceId !== null && this.staticMembers.get(member.groupInstanceId) === member.memberId)
      this.staticMembers.delete(member.groupInstanceId);
    if (this.leaderId === member.memberId) this.leaderId = this.members.keys().next().value;
  }

  /** Puts `replacement`, with the same instance id, in the place of a static member, which is fenced. */
  replace(member: GroupMember, replacement: GroupMember): void {
    this.answerJoin(member, { ...unknownMember, memberId: member.memberId, errorCode: ErrorCode.FENCED_INSTANCE_ID });
    this.answerSync(member, { errorCode: ErrorCode.FENCED_INSTANCE_ID, assignment: Buffer.alloc(0) });
    const wasLeader = this.leaderId === member.memberId;
    const wasPendingSync = this.pendingSyncs.has(member.memberId);
    this.remove(member);
    replacement.assignment = member.assignment;
    this.add(replacement);
    if (wasLeader) this.leaderId = replacement.memberId;
    if (wasPendingSync) this.pendingSyncs.add(replacement.memberId);
  }

  updateWishes(member: GroupMember, wishes: MemberWishes): void {
    this.#countProtocols(member, -1);
    member.protocols = wishes.protocols;
    member.rebalanceTimeoutMs = wishes.rebalanceTimeoutMs;
    member.sessionTimeoutMs = wishes.sessionTimeoutMs;
    this.#countProtocols(member, 1);
  }

  /** The answer comes when the rebalance ends. A join of the same member that still waited is a lost one: it is told to try again. */
  awaitJoin(member: GroupMember): Promise<JoinGroupResponse> {
    this.answerJoin(member, {
      ...unknownMember,
      memberId: member.memberId,
      errorCode: ErrorCode.REBALANCE_IN_PROGRESS,
    });
    const waiting = Promise.withResolvers<JoinGroupResponse>();
    member.awaitingJoin = waiting;
    if (this.members.has(member.memberId)) this.#joinsAwaited++;
    return waiting.promise;
  }

  answerJoin(member: GroupMember, response: JoinGroupResponse): void {
    if (member.awaitingJoin === undefined) return;
    member.awaitingJoin.resolve(response);
    member.awaitingJoin = undefined;
    if (this.members.has(member.memberId)) this.#joinsAwaited--;
  }

  answerSync(member: GroupMember, response: SyncGroupResponse): void {
    member.awaitingSync?.resolve(response);
    member.awaitingSync = undefined;
  }

  forgetPendingJoin(memberId: string): boolean {
    this.pendingJoins.get(memberId)?.cancel();
    return this.pendingJoins.delete(memberId);
  }

  /** Whether a member with these protocols can be in the group with those who are. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.members.size === 0) return protocolType !== '' && protocols.length > 0;
    return (
      this.protocolType === protocolType &&
      protocols.some(({ name }) => this.#protocolCounts.get(name) === this.members.size)
    );
  }

  /** The protocol that all members support and most prefer; the first voted for wins a tie. */
  selectProtocol(): string | undefined {
    const candidates = new Set<string>();
    for (const [name, count] of this.#protocolCounts) if (count === this.members.size) candidates.add(name);
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const choice = member.vote(candidates);
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
    }
    let selected: string | undefined;
    for (const [name, count] of votes) if (selected === undefined || count > votes.get(selected)!) selected = name;
    return selected;
  }

  /** Makes the recorded state that of a record, keeping of each member what no record says. */
  applyRecord(value: GroupMetadataValue): void {
    for (const recorded of value.members) this.#applyMember(recorded, value.protocol ?? undefined);
    const recordedIds = new Set(value.members.map(({ memberId }) => memberId));
    for (const member of [...this.members.values()]) if (!recordedIds.has(member.memberId)) this.remove(member);
    this.generationId = value.generation;
    this.protocolType = value.protocolType === '' ? undefined : value.protocolType;
    this.protocolName = value.protocol ?? undefined;
    this.leaderId = value.leader ?? undefined;
    this.stateTimestampMs = value.currentStateTimestamp;
    this.isRecorded = true;
    this.transitionTo(this.members.size === 0 ? 'Empty' : 'Stable');
  }

  /** Cancels what runs and fails whoever waits; the group is not used any more. */
  abandon(reason: Error): void {
    this.joinTimer?.cancel();
    this.syncTimer?.cancel();
    for (const deadline of this.pendingJoins.values()) deadline.cancel();
    for (const member of this.members.values()) {
      member.session?.cancel();
      member.awaitingJoin?.reject(reason);
      member.awaitingSync?.reject(reason);
    }
  }

  #applyMember(recorded: GroupMetadataValue['members'][number], protocolName: string | undefined): void {
    const rebalanceTimeoutMs = recorded.rebalanceTimeout === -1 ? recorded.sessionTimeout : recorded.rebalanceTimeout;
    const protocols = protocolName === undefined ? [] : [{ name: protocolName, metadata: recorded.subscription }];
    const wishes = { protocols, rebalanceTimeoutMs, sessionTimeoutMs: recorded.sessionTimeout };
    const existing = this.members.get(recorded.memberId);
    if (existing !== undefined) {
      // A record knows only the selected protocol; the others, which a live member has told too, stay.
      const isSame = existing.metadataFor(protocolName).equals(recorded.subscription);
      this.updateWishes(existing, isSame ? { ...wishes, protocols: existing.protocols } : wishes);
      existing.assignment = recorded.assignment;
      return;
    }
    const member = new GroupMember(recorded, wishes);
    const holder = member.groupInstanceId === null ? undefined : this.staticMembers.get(member.groupInstanceId);
    if (holder === undefined) this.add(member);
    else this.replace(this.members.get(holder)!, member);
    member.assignment = recorded.assignment;
  }

  #countProtocols(member: GroupMember, change: 1 | -1): void {
    for (const { name } of member.protocols) {
      const count = (this.#protocolCounts.get(name) ?? 0) + change;
      if (count === 0) this.#protocolCounts.delete(name);
      else this.#protocolCounts.set(name, count);
    }
  }
}

const unknownMember: JoinGroupResponse = {
  errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
  generationId: -1,
  protocolName: null,
  leader: '',
  memberId: '',
  members: [],
};
