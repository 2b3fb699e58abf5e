/**
 * The groups, of either protocol, and the offsets that one partition of `__consumer_offsets` keeps: a state machine over its log.
 *
 * A group is here when a record speaks of it (of itself or of its offsets), or while somebody joins it.
 */
import { ErrorCode, KafkaError, type TransactionMarker } from '../protocol/index.ts';
import type { Clock, PartitionLog } from '../storage/index.ts';
import { StateMachineRuntime, type Outcome, type RecordPosition, type StateMachine } from '../state-machine/index.ts';
import { ClassicGroup } from './classic/classic-group.ts';
import { ConsumerGroup } from './consumer/consumer-group.ts';
import { groupTombstones } from './consumer/consumer-records.ts';
import { startTimers } from './consumer/member-timers.ts';
import { extendSession } from './classic/member-session.ts';
import { prepareRebalance } from './classic/rebalance.ts';
import type { Effects } from './effects.ts';
import type { GroupConfig } from './group-config.ts';
import type { Group, GroupEnvironment } from './group-environment.ts';
import { groupRecordCodec, type ConsumerGroupRecord, type GroupRecord } from './group-record.ts';
import type { GroupSettings } from './group-settings.ts';
import { expireOffsets } from './offsets/expire-offsets.ts';
import { OffsetStore, type GroupOffsets } from './offsets/offset-store.ts';
import { allOffsetTombstones, offsetTombstone } from './offsets/offset-tombstones.ts';
import { PendingOffsets } from './offsets/pending-offsets.ts';
import { offsetsTopicName } from './offsets-topic.ts';
import type { TopicDirectory } from './topic-directory.ts';

export interface GroupShardOptions {
  readonly log: PartitionLog;
  readonly config: GroupConfig;
  readonly clock: Clock;
  readonly topics: TopicDirectory;
  readonly groupSettings: (groupId: string) => GroupSettings;
  readonly randomUuid: () => string;
  readonly onProblem?: ((message: string, cause: unknown) => void) | undefined;
}

/** Records of one batch stay well below `max.message.bytes`. */
const batchBudgetBytes = 256 * 1024;

export class GroupShard implements StateMachine<GroupRecord> {
  readonly environment: GroupEnvironment;
  readonly #runtime: StateMachineRuntime<GroupRecord>;
  readonly #options: GroupShardOptions;
  readonly #groups = new Map<string, Group>();
  readonly #offsets = new OffsetStore();
  readonly #pending = new PendingOffsets();

  constructor(options: GroupShardOptions) {
    const { log, config, clock, topics, groupSettings, randomUuid, onProblem } = options;
    this.#options = options;
    this.environment = {
      config,
      clock,
      topics,
      groupSettings,
      randomUuid,
      groupNow: (groupId) => this.#groups.get(groupId),
      submit: (group, step) => void this.#submit(group, step),
    };
    this.#runtime = new StateMachineRuntime({
      name: `${offsetsTopicName}-${log.partition}`,
      log,
      machine: this,
      codec: groupRecordCodec,
      clock,
      loadingError: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
      unavailableError: ErrorCode.NOT_COORDINATOR,
      onProblem,
    });
  }

  load(): Promise<void> {
    return this.#runtime.load();
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.#groups;
  }

  offsetsOf(groupId: string): GroupOffsets {
    return this.#offsets.ofGroup(groupId);
  }

  /** Whether an open transaction holds an offset of the partition. */
  isUnstable(groupId: string, topic: string, partition: number): boolean {
    return this.#pending.has(groupId, topic, partition);
  }

  /** Ends a producer's transaction: its offsets count, or are forgotten. */
  writeMarker(marker: TransactionMarker): Promise<void> {
    return this.#runtime.writeMarker(marker);
  }

  read<T>(operation: () => T): Promise<T> {
    return this.#runtime.read(operation);
  }

  write<T>(operation: () => Outcome<GroupRecord, T>): Promise<T> {
    return this.#runtime.write(operation);
  }

  /** Runs an operation on a group; a classic one is made when there is none, and forgotten again when nothing came of it. */
  writeToGroup<T>(groupId: string, operation: (group: Group) => Outcome<GroupRecord, T>): Promise<T> {
    return this.#runtime.write(() => {
      const group = this.#groups.get(groupId) ?? this.#putClassicGroup(groupId);
      try {
        return operation(group);
      } finally {
        this.#forgetIfIdle(groupId);
      }
    });
  }

  /** Within an operation on a group without members: takes it as a classic one, whatever it was. */
  asClassicGroup<T>(
    group: Group,
    operation: (group: ClassicGroup) => Outcome<GroupRecord, T>,
  ): Outcome<GroupRecord, T> {
    if (group.type === 'classic') return operation(group);
    const classic = this.#putClassicGroup(group.groupId);
    try {
      const outcome = operation(classic);
      return { ...outcome, records: [...groupTombstones(group), ...outcome.records] };
    } catch (error) {
      this.#groups.set(group.groupId, group);
      throw error;
    }
  }

  /** Deletes an empty group and its offsets. @throws KafkaError GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
  async deleteGroup(groupId: string): Promise<void> {
    const tombstones = await this.#runtime.write(() => {
      const group = this.#groups.get(groupId);
      if (group === undefined) throw new KafkaError(ErrorCode.GROUP_ID_NOT_FOUND, `There is no group '${groupId}'.`);
      if (group.state !== 'Empty') throw new KafkaError(ErrorCode.NON_EMPTY_GROUP, `Group ${groupId} has members.`);
      return { records: [], reply: tombstonesOf(group) };
    });
    await this.#writeAll([
      ...allOffsetTombstones(groupId, this.#offsets.ofGroup(groupId)),
      ...this.#pending.ofGroup(groupId).map((key) => ({ kind: 'offset' as const, key, value: null })),
      ...tombstones,
    ]);
  }

  /** Forgets what all groups committed for these topics. */
  async deleteTopics(names: readonly string[]): Promise<void> {
    const records: GroupRecord[] = [];
    for (const groupId of this.#offsets.groupIds())
      for (const name of names)
        for (const partition of this.#offsets.ofGroup(groupId).get(name)?.keys() ?? [])
          records.push(offsetTombstone(groupId, name, partition));
    await this.#writeAll(records);
  }

  /** Forgets offsets that nobody needs any more, and empty groups without offsets. */
  async expire(): Promise<void> {
    const { clock, config } = this.#options;
    const records: GroupRecord[] = [];
    for (const [groupId, group] of this.#groups) {
      const isUnstable = this.isUnstable.bind(this, groupId);
      const offsets = this.#offsets.ofGroup(groupId);
      const expiry = expireOffsets(group, offsets, isUnstable, clock.now(), config.offsetsRetentionMs);
      records.push(...expiry.records);
      const isUnused =
        expiry.isAll && !this.#pending.hasGroup(groupId) && group.state === 'Empty' && !isBeingJoined(group);
      if (isUnused) records.push(...tombstonesOf(group));
    }
    await this.#writeAll(records);
  }

  replay(record: GroupRecord, position: RecordPosition): void {
    if (record.kind === 'offset') this.#replayOffset(record, position);
    else if (record.kind !== 'group') this.#replayConsumerGroup(record);
    else if (record.value !== null) this.#classicGroup(record.groupId).applyRecord(record.value);
    else if (this.#groups.get(record.groupId)?.type === 'classic') this.#remove(record.groupId);
  }

  reset(reason: Error): void {
    for (const group of this.#groups.values()) group.abandon(reason);
    this.#groups.clear();
    this.#offsets.clear();
    this.#pending.clear();
  }

  /** Members of the groups found live on: their sessions begin now. */
  loaded(): void {
    for (const group of this.#groups.values()) {
      if (group.type === 'consumer') {
        startTimers(this.environment, group);
        continue;
      }
      for (const member of group.members.values()) extendSession(this.environment, group, member);
      const isOverfull = group.members.size > this.#options.config.maxSize;
      if (isOverfull) void this.#submit(group, () => prepareRebalance(this.environment, group));
    }
  }

  replayMarker({ producerId, committed }: TransactionMarker): void {
    for (const { key, value, recordOffset } of this.#pending.take(producerId)) {
      const existing = this.#offsets.ofGroup(key.group).get(key.topic)?.get(key.partition);
      if (committed && (existing?.recordOffset ?? -1) < recordOffset) this.#offsets.put(key, value, recordOffset);
      this.#forgetIfIdle(key.group);
    }
  }

  #replayOffset(
    { key, value }: GroupRecord & { readonly kind: 'offset' },
    { offset, producerId }: RecordPosition,
  ): void {
    const { group: groupId, topic, partition } = key;
    if (value !== null) {
      if (!this.#groups.has(groupId)) this.#putClassicGroup(groupId);
      if (producerId === undefined) this.#offsets.put(key, value, offset);
      else this.#pending.put(producerId, { key, value, recordOffset: offset });
      return;
    }
    this.#pending.remove(key);
    this.#offsets.remove(groupId, topic, partition);
    this.#forgetIfIdle(groupId);
  }

  #replayConsumerGroup(record: ConsumerGroupRecord): void {
    const { groupId, kind, value } = record;
    const existing = this.#groups.get(groupId);
    if (existing?.type === 'consumer') {
      if (kind === 'consumer-group' && value === null) this.#remove(groupId);
      else existing.apply(record);
      return;
    }
    // A tombstone of what is gone already.
    if (value === null) return;
    existing?.abandon(rejoin(groupId));
    const group = new ConsumerGroup(groupId);
    this.#groups.set(groupId, group);
    group.apply(record);
  }

  /** Ends a group; while it has offsets, there is a group of nobody. */
  #remove(groupId: string): void {
    this.#groups.get(groupId)?.abandon(rejoin(groupId));
    this.#groups.delete(groupId);
    if (this.#hasOffsets(groupId)) this.#putClassicGroup(groupId);
  }

  /** Runs a timer's step. */
  async #submit(group: Group, step: () => Effects): Promise<void> {
    if (this.#groups.get(group.groupId) !== group) return;
    try {
      await this.#runtime.write(() => {
        const effects = step();
        this.#forgetIfIdle(group.groupId);
        return { ...effects, reply: undefined };
      });
    } catch (error) {
      // A failed write was reported, and the state is loaded again; anything else is a bug that must be seen.
      if (!(error instanceof KafkaError)) this.#options.onProblem?.(`A timer of group ${group.groupId} failed.`, error);
    }
  }

  /** Writes records in batches of bounded size. All are appended in this call, so that nothing comes between them. */
  async #writeAll(records: readonly GroupRecord[]): Promise<void> {
    const writes: Promise<void>[] = [];
    let batch: GroupRecord[] = [];
    let batchBytes = 0;
    for (const [index, record] of records.entries()) {
      batch.push(record);
      batchBytes += sizeBytes(record);
      if (batchBytes < batchBudgetBytes && index < records.length - 1) continue;
      const chunk = batch;
      writes.push(this.#runtime.write(() => ({ records: chunk, reply: undefined })));
      batch = [];
      batchBytes = 0;
    }
    await Promise.all(writes);
  }

  /** The classic group of that name; one of the other protocol makes room for it. */
  #classicGroup(groupId: string): ClassicGroup {
    const existing = this.#groups.get(groupId);
    if (existing?.type === 'classic') return existing;
    existing?.abandon();
    return this.#putClassicGroup(groupId);
  }

  #putClassicGroup(groupId: string): ClassicGroup {
    const group = new ClassicGroup(groupId);
    this.#groups.set(groupId, group);
    return group;
  }

  /** A group of which no record speaks and that nobody joins takes no memory. */
  #forgetIfIdle(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group?.type !== 'classic') return;
    const isIdle = group.state === 'Empty' && !group.isRecorded && group.pendingJoins.size === 0;
    if (isIdle && !this.#hasOffsets(groupId)) this.#groups.delete(groupId);
  }

  #hasOffsets(groupId: string): boolean {
    return this.#offsets.has(groupId) || this.#pending.hasGroup(groupId);
  }
}

/** What those are told who wait for a group that is gone or has become another. */
function rejoin(groupId: string): KafkaError {
  return new KafkaError(ErrorCode.REBALANCE_IN_PROGRESS, `Group ${groupId} was deleted or has changed its protocol.`);
}

function isBeingJoined(group: Group): boolean {
  return group.type === 'classic' && group.pendingJoins.size > 0;
}

/** The records that end a group without members. */
function tombstonesOf(group: Group): GroupRecord[] {
  return group.type === 'consumer' ? groupTombstones(group) : [{ kind: 'group', groupId: group.groupId, value: null }];
}

/** An upper estimate of a tombstone's size in a batch. */
function sizeBytes(record: GroupRecord): number {
  return record.kind === 'offset'
    ? 64 + 3 * (record.key.group.length + record.key.topic.length)
    : 64 + 3 * record.groupId.length;
}
