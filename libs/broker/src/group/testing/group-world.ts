/** A group coordinator on real logs in memory, with a clock that is moved by hand, and short ways to send it requests. */
import { ErrorCode, randomUuid, ZERO_UUID } from '../../protocol/index.ts';
import {
  defaultLogConfig,
  MemoryFileSystem,
  openLogStorage,
  type Clock,
  type LogStorage,
} from '../../storage/index.ts';
import { ManualClock } from '../../state-machine/index.ts';
import {
  defaultGroupConfig,
  GroupCoordinator,
  offsetsTopicName,
  type GroupConfig,
  type RequestContext,
  type TopicDirectory,
} from '../index.ts';
import type {
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupResponse,
  OffsetCommitRequest,
  OffsetFetchResponse,
  SyncGroupResponse,
} from '../messages.ts';

/** Topics that exist in every test, by name: their ids and numbers of partitions. */
export const topics: ReadonlyMap<string, { readonly topicId: string; readonly partitions: number }> = new Map([
  ['orders', { topicId: '00000000-0000-0000-0000-0000000000a1', partitions: 4 }],
  ['events', { topicId: '00000000-0000-0000-0000-0000000000a2', partitions: 2 }],
]);

/** The topics of one world; tests add and take away. */
export class TestTopics implements TopicDirectory {
  version = 1;
  readonly #topics = new Map(topics);

  set(name: string, topicId: string, partitions: number): void {
    this.#topics.set(name, { topicId, partitions });
    this.version++;
  }

  delete(name: string): void {
    this.#topics.delete(name);
    this.version++;
  }

  topicId(name: string): string | undefined {
    return this.#topics.get(name)?.topicId;
  }

  topicName(topicId: string): string | undefined {
    return [...this.#topics].find(([, topic]) => topic.topicId === topicId)?.[0];
  }

  partitionCount(name: string): number {
    return this.#topics.get(name)?.partitions ?? 0;
  }

  topicNames(): Iterable<string> {
    return this.#topics.keys();
  }
}

export const shardCount = 3;

export interface JoinOptions {
  readonly group?: string;
  readonly memberId?: string;
  readonly instance?: string | null;
  readonly protocols?: readonly string[];
  readonly protocolType?: string;
  readonly metadata?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly version?: number;
}

/** A member that has joined, as its client knows it. */
export interface Joined {
  readonly memberId: string;
  readonly generationId: number;
}

export class GroupWorld {
  readonly clock: ManualClock;
  readonly fileSystem: MemoryFileSystem;
  readonly storage: LogStorage;
  readonly coordinator: GroupCoordinator;
  readonly problems: string[];
  readonly topics: TestTopics;

  private constructor(
    parts: Pick<GroupWorld, 'clock' | 'fileSystem' | 'storage' | 'coordinator' | 'problems' | 'topics'>,
  ) {
    this.topics = parts.topics;
    this.clock = parts.clock;
    this.fileSystem = parts.fileSystem;
    this.storage = parts.storage;
    this.coordinator = parts.coordinator;
    this.problems = parts.problems;
  }

  static async open(
    config: Partial<GroupConfig> = {},
    fileSystem = new MemoryFileSystem(),
    clock = new ManualClock(),
    directory = new TestTopics(),
  ): Promise<GroupWorld> {
    // The storage's own timers stand still, so that only the coordinator's fire.
    const storageClock: Clock = { now: () => clock.now(), schedule: () => ({ cancel: () => undefined }) };
    const storage = await openLogStorage({ directory: '/data', fileSystem, clock: storageClock });
    const logs = [];
    for (let partition = 0; partition < shardCount; partition++)
      logs.push(
        storage.get(offsetsTopicName, partition) ??
          (await storage.create(offsetsTopicName, partition, { topicId: randomUuid(), config: defaultLogConfig })),
      );
    const problems: string[] = [];
    let members = 0;
    const coordinator = new GroupCoordinator({
      config: { ...defaultGroupConfig, ...config },
      topics: directory,
      clock,
      randomUuid: () => `${hexadecimal(clock.now(), 8)}-0000-4000-8000-${hexadecimal(++members, 12)}`,
      onProblem: (message) => problems.push(message),
    });
    await coordinator.activate(logs);
    return new GroupWorld({ clock, fileSystem, storage, coordinator, problems, topics: directory });
  }

  /** The coordinator as it is found after a power cut; time goes on from now. */
  restart(config: Partial<GroupConfig> = {}): Promise<GroupWorld> {
    return GroupWorld.open(config, this.fileSystem.crash(), new ManualClock(this.clock.now()), this.topics);
  }

  context(apiVersion: number, clientId = 'client'): RequestContext {
    return { apiVersion, clientId, clientHost: '/127.0.0.1' };
  }

  /** Lets timers that are due now fire, until the promise is settled. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const note = (): void => void (isSettled = true);
    promise.then(note, note);
    for (let turns = 0; !isSettled; turns++) {
      if (turns > 1000)
        throw new Error('Nothing settles the promise: it waits for time to pass or for another request');
      await this.clock.advance(0);
    }
    return promise;
  }

  /** One JoinGroup request. */
  join(options: JoinOptions = {}): Promise<JoinGroupResponse> {
    const { group = 'g', memberId = '', instance = null, protocols = ['range'], protocolType = 'consumer' } = options;
    const { metadata = 'orders', sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 60_000, version = 9 } = options;
    const request: JoinGroupRequest = {
      groupId: group,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      groupInstanceId: instance,
      protocolType,
      protocols: protocols.map((name) => ({ name, metadata: subscription(metadata) })),
      reason: null,
    };
    return this.coordinator.joinGroup(request, this.context(version));
  }

  /** Joins as a client of version 4 or later does: first for an id, then with it. */
  async joinWithId(options: JoinOptions = {}): Promise<JoinGroupResponse> {
    const first = await this.run(this.join(options));
    if (first.errorCode !== ErrorCode.MEMBER_ID_REQUIRED) return first;
    return this.join({ ...options, memberId: first.memberId });
  }

  /** A SyncGroup request; `assignments` by member id makes it the leader's. */
  sync(
    { memberId, generationId }: Joined,
    assignments: Readonly<Record<string, string>> = {},
    options: { readonly group?: string; readonly instance?: string | null; readonly protocolName?: string } = {},
  ): Promise<SyncGroupResponse> {
    const { group = 'g', instance = null, protocolName = null } = options;
    return this.coordinator.syncGroup(
      {
        groupId: group,
        generationId,
        memberId,
        groupInstanceId: instance,
        protocolType: null,
        protocolName,
        assignments: Object.entries(assignments).map(([id, text]) => ({
          memberId: id,
          assignment: Buffer.from(text, 'latin1'),
        })),
      },
      this.context(5),
    );
  }

  /** A group of one member, stable. */
  async stableGroup(options: JoinOptions = {}): Promise<Joined> {
    const joined = joinedOf(await this.run(this.joinWithId(options)));
    await this.run(this.sync(joined, { [joined.memberId]: 'all' }, { group: options.group ?? 'g' }));
    return joined;
  }

  /** Two members of a stable group; the first leads. */
  async stablePair(): Promise<readonly [leader: Joined, follower: Joined]> {
    const first = await this.stableGroup();
    const second = this.join({ version: 3 });
    const [follower, leader] = await this.run(Promise.all([second, this.join({ memberId: first.memberId })]));
    const assignments = { [leader.memberId]: 'a', [follower.memberId]: 'b' };
    await this.run(Promise.all([this.sync(joinedOf(follower)), this.sync(joinedOf(leader), assignments)]));
    return [joinedOf(leader), joinedOf(follower)];
  }

  heartbeat(
    { memberId, generationId }: Joined,
    group = 'g',
    instance: string | null = null,
  ): Promise<HeartbeatResponse> {
    return this.coordinator.heartbeat(
      { groupId: group, generationId, memberId, groupInstanceId: instance },
      this.context(4),
    );
  }

  leave(memberIds: readonly string[], group = 'g'): Promise<LeaveGroupResponse> {
    const members = memberIds.map((memberId) => ({ memberId, groupInstanceId: null, reason: null }));
    return this.coordinator.leaveGroup({ groupId: group, memberId: '', members }, this.context(5));
  }

  /** An OffsetCommit request for partitions of `orders`; the error code of each. */
  async commit(
    offsets: Readonly<Record<number, number>>,
    options: Partial<OffsetCommitRequest> & { readonly version?: number } = {},
  ): Promise<number[]> {
    const { version = 8, ...fields } = options;
    const partitions = Object.entries(offsets).map(([partition, offset]) => ({
      partitionIndex: Number(partition),
      committedOffset: offset,
      committedLeaderEpoch: -1,
      committedMetadata: null,
    }));
    const request: OffsetCommitRequest = {
      groupId: 'g',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [{ name: 'orders', topicId: ZERO_UUID, partitions }],
      ...fields,
    };
    const response = await this.run(this.coordinator.offsetCommit(request, this.context(version)));
    return response.topics.flatMap((topic) => topic.partitions.map(({ errorCode }) => errorCode));
  }

  /** All committed offsets of a group, by `topic-partition`. */
  async offsets(group = 'g'): Promise<Record<string, number>> {
    const response = await this.fetch([{ groupId: group, memberId: null, memberEpoch: -1, topics: null }]);
    const [row] = response.groups!;
    if (row!.errorCode !== 0) throw new Error(`OffsetFetch answered ${row!.errorCode}`);
    return Object.fromEntries(
      row!.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => [`${name}-${partitionIndex}`, committedOffset]),
      ),
    );
  }

  fetch(groups: Parameters<GroupCoordinator['offsetFetch']>[0]['groups'], version = 8): Promise<OffsetFetchResponse> {
    const request = { groupId: '', topics: [], groups, requireStable: false };
    return this.run(this.coordinator.offsetFetch(request, this.context(version)));
  }

  /** Name and state of all groups. */
  async states(): Promise<Record<string, string>> {
    const { groups } = await this.run(
      this.coordinator.listGroups({ statesFilter: [], typesFilter: [] }, this.context(5)),
    );
    return Object.fromEntries(groups.map(({ groupId, groupState }) => [groupId, groupState!]));
  }

  async describe(group = 'g', version = 6) {
    const request = { groups: [group], includeAuthorizedOperations: false };
    return (await this.run(this.coordinator.describeGroups(request, this.context(version)))).groups[0]!;
  }

  /** Makes every write fail until the returned function is called. */
  failWrites(): () => void {
    this.fileSystem.fault = (operation) => (operation === 'sync' || operation === 'write' ? 'EIO' : undefined);
    return () => (this.fileSystem.fault = undefined);
  }
}

/** Its last digits. */
function hexadecimal(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').slice(-digits);
}

export function joinedOf({ errorCode, memberId, generationId }: JoinGroupResponse): Joined {
  if (errorCode !== ErrorCode.NONE || generationId === undefined) throw new Error(`JoinGroup answered ${errorCode}`);
  return { memberId, generationId };
}

/** `ConsumerProtocolSubscription` version 0 of topics separated by commas. */
export function subscription(names: string): Buffer {
  const list = names === '' ? [] : names.split(',');
  const bytes = Buffer.alloc(2 + 4 + list.reduce((sum, name) => sum + 2 + Buffer.byteLength(name), 0) + 4);
  let at = bytes.writeInt32BE(list.length, 2);
  for (const name of list) {
    at = bytes.writeInt16BE(Buffer.byteLength(name), at);
    at += bytes.write(name, at);
  }
  bytes.writeInt32BE(-1, at);
  return bytes;
}
