/**
 * The state of one next-generation group (KIP-848): its epoch, its members, what each is to own and what each owns.
 *
 * All of it is made of records, by `apply`; only the deadlines and `topicsVersion` are not. A rising group epoch says that members or
 * topics have changed; the target assignment follows it; each member follows the target in its own time.
 *
 * Invariants: `#owners` has for each partition the one member that has it assigned, or has to give it up; `staticMembers` maps each
 * instance id to the one member that has it.
 */
import type { ConsumerGroupRegularExpressionValue } from '../../protocol/index.ts';
import type { ConsumerGroupRecord } from '../group-record.ts';
import {
  isReconciledTo,
  newConsumerMember,
  unknownMember,
  withCurrentAssignment,
  withMetadata,
  type ConsumerMember,
} from './consumer-member.ts';
import type { MemberDeadlines } from './member-deadlines.ts';
import { assignmentOf, noPartitions, type Assignment, type PartitionEpochs } from './partition-sets.ts';

/** Under the names that ListGroups and ConsumerGroupDescribe give. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

export class ConsumerGroup {
  readonly type = 'consumer';
  readonly groupId: string;
  /** Raised when members or their topics change. A new group has 1, so that a member that subscribes to nothing has an epoch, too. */
  groupEpoch = 1;
  /** Of the topics that the group reads; compared only with itself. */
  metadataHash = 0;
  /** The group epoch that the target assignment was made for. */
  assignmentEpoch = 0;
  /** When the target assignment was made; 0: never. */
  assignmentTimestampMs = 0;
  readonly #members: Map<string, ConsumerMember>;
  readonly #targets: Map<string, Assignment>;
  readonly #staticMembers: Map<string, string>;
  readonly #regexes: Map<string, ConsumerGroupRegularExpressionValue>;
  /** Member ids by topic id and partition. Inner maps are replaced, not changed: copies share them. */
  readonly #owners: Map<string, ReadonlyMap<number, string>>;
  /** Soft: what runs for each member. */
  readonly deadlines = new Map<string, MemberDeadlines>();
  /** Soft: the version of the topics that the group was last checked against. */
  topicsVersion: number | undefined;

  constructor(groupId: string, source?: ConsumerGroup) {
    this.groupId = groupId;
    this.#members = new Map(source?.members);
    this.#targets = new Map(source?.targets);
    this.#staticMembers = new Map(source?.staticMembers);
    this.#regexes = new Map(source?.regexes);
    this.#owners = new Map(source === undefined ? undefined : source.#owners);
  }

  /** The same durable state, to try changes on. */
  copy(): ConsumerGroup {
    const copy = new ConsumerGroup(this.groupId, this);
    copy.groupEpoch = this.groupEpoch;
    copy.metadataHash = this.metadataHash;
    copy.assignmentEpoch = this.assignmentEpoch;
    copy.assignmentTimestampMs = this.assignmentTimestampMs;
    return copy;
  }

  get members(): ReadonlyMap<string, ConsumerMember> {
    return this.#members;
  }

  get targets(): ReadonlyMap<string, Assignment> {
    return this.#targets;
  }

  /** Member ids by instance id. */
  get staticMembers(): ReadonlyMap<string, string> {
    return this.#staticMembers;
  }

  /** What each subscribed regular expression matched. */
  get regexes(): ReadonlyMap<string, ConsumerGroupRegularExpressionValue> {
    return this.#regexes;
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty';
    if (this.groupEpoch > this.assignmentEpoch) return 'Assigning';
    for (const member of this.members.values()) if (!isReconciledTo(member, this.assignmentEpoch)) return 'Reconciling';
    return 'Stable';
  }

  /** @throws KafkaError UNKNOWN_MEMBER_ID. */
  member(memberId: string): ConsumerMember {
    const member = this.members.get(memberId);
    if (member === undefined) throw unknownMember(this.groupId, memberId);
    return member;
  }

  staticMember(instanceId: string | null): ConsumerMember | undefined {
    const memberId = instanceId === null ? undefined : this.staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.members.get(memberId);
  }

  target(memberId: string): Assignment {
    return this.targets.get(memberId) ?? noPartitions;
  }

  /** The member that has a partition, or has still to give it up. */
  ownerOf(topicId: string, partition: number): string | undefined {
    return this.#owners.get(topicId)?.get(partition);
  }

  /** Members that use the classic protocol. */
  classicMembers(): ConsumerMember[] {
    return [...this.members.values()].filter(({ classic }) => classic !== null);
  }

  isRegexUsed(regex: string): boolean {
    for (const member of this.members.values()) if (member.subscribedTopicRegex === regex) return true;
    return false;
  }

  apply(record: ConsumerGroupRecord): void {
    switch (record.kind) {
      case 'consumer-group':
        this.groupEpoch = record.value?.epoch ?? 1;
        this.metadataHash = record.value?.metadataHash ?? 0;
        break;
      case 'consumer-member':
        if (record.value === null) this.#remove(record.memberId);
        else this.#put(withMetadata(this.#memberOrNew(record.memberId), record.value));
        break;
      case 'consumer-target-epoch':
        this.assignmentEpoch = record.value?.assignmentEpoch ?? 0;
        this.assignmentTimestampMs = record.value?.assignmentTimestamp ?? 0;
        break;
      case 'consumer-target':
        if (record.value === null) this.#targets.delete(record.memberId);
        else this.#targets.set(record.memberId, assignmentOf(record.value.topicPartitions));
        break;
      case 'consumer-current':
        if (record.value !== null || this.members.has(record.memberId))
          this.#put(withCurrentAssignment(this.#memberOrNew(record.memberId), record.value));
        break;
      case 'consumer-regex':
        if (record.value === null) this.#regexes.delete(record.regularExpression);
        else this.#regexes.set(record.regularExpression, record.value);
        break;
    }
  }

  /** Cancels what runs; the group is not used any more. Nobody waits for it. */
  abandon(_reason?: Error): void {
    for (const deadlines of this.deadlines.values()) deadlines.cancel();
    this.deadlines.clear();
  }

  #memberOrNew(memberId: string): ConsumerMember {
    return this.members.get(memberId) ?? newConsumerMember(memberId);
  }

  #put(member: ConsumerMember): void {
    const before = this.members.get(member.memberId);
    if (before !== undefined) {
      this.#release(before);
      if (before.instanceId !== member.instanceId) this.#forgetInstance(before);
    }
    this.#members.set(member.memberId, member);
    if (member.instanceId !== null) this.#staticMembers.set(member.instanceId, member.memberId);
    this.#take(member.memberId, member.assigned);
    this.#take(member.memberId, member.pendingRevocation);
  }

  #remove(memberId: string): void {
    const member = this.members.get(memberId);
    if (member === undefined) return;
    this.#release(member);
    this.#forgetInstance(member);
    this.#members.delete(memberId);
    this.deadlines.get(memberId)?.cancel();
    this.deadlines.delete(memberId);
  }

  #forgetInstance({ instanceId, memberId }: ConsumerMember): void {
    if (instanceId !== null && this.staticMembers.get(instanceId) === memberId) this.#staticMembers.delete(instanceId);
  }

  #take(memberId: string, partitions: PartitionEpochs): void {
    for (const [topicId, each] of partitions) {
      const owners = new Map(this.#owners.get(topicId));
      for (const partition of each.keys()) owners.set(partition, memberId);
      this.#owners.set(topicId, owners);
    }
  }

  #release({ memberId, assigned, pendingRevocation }: ConsumerMember): void {
    for (const [topicId, each] of [...assigned, ...pendingRevocation]) {
      const owners = new Map(this.#owners.get(topicId));
      for (const partition of each.keys()) if (owners.get(partition) === memberId) owners.delete(partition);
      if (owners.size === 0) this.#owners.delete(topicId);
      else this.#owners.set(topicId, owners);
    }
  }
}
