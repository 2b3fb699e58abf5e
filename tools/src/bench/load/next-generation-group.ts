/**
 * A group of the next generation (KIP-848): members that only send heartbeats, often while the group is not stable. How long until
 * all are in one epoch and have the partitions between them in even shares, and how long after one of them left. Takes a GroupLoad, prints a
 * GroupResult.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from './client.ts';
import { type HeartbeatAnswer, heartbeatFrame, leavingEpoch, readHeartbeat, type OwnedTopic } from './heartbeat.ts';
import { int8, text } from './primitives.ts';
import { finish, type GroupLoad, readOptions } from './programs.ts';
import { frame } from './wire.ts';

const options = readOptions() as GroupLoad;
const groupId = `bench-${randomUUID()}`;
const heartbeatMs = 5;
const deadlineMs = 60_000;
/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: asked again soon. */
const soon = new Set([14, 15, 16]);

class Member {
  epoch = 0;
  owned: readonly OwnedTopic[] = [];
  #id = '';
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get partitions(): number {
    return this.owned.reduce((sum, { partitions }) => sum + partitions.length, 0);
  }

  async heartbeat(): Promise<void> {
    const answer = await this.#send(this.epoch);
    if (soon.has(answer.error)) return;
    if (answer.error !== 0) throw new Error(`ConsumerGroupHeartbeat failed with ${answer.error}: ${answer.message}`);
    this.#id = answer.memberId ?? this.#id;
    this.epoch = answer.memberEpoch;
    this.owned = answer.assignment ?? this.owned;
  }

  async leave(): Promise<void> {
    await this.#send(leavingEpoch);
    this.#connection.close();
  }

  async #send(memberEpoch: number): Promise<HeartbeatAnswer> {
    const { topic } = options;
    const frame = heartbeatFrame({ groupId, memberId: this.#id, memberEpoch, topic, owned: this.owned });
    return readHeartbeat(await this.#connection.send(frame));
  }
}

/** Resolves when these members share the partitions evenly in one epoch above `above`: one that has all is not yet a group. */
async function untilStable(members: readonly Member[], above: number): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    await Promise.all(members.map((member) => member.heartbeat()));
    const [first] = members;
    const shared = members.reduce((sum, { partitions }) => sum + partitions, 0);
    const isSame = first!.epoch > above && members.every(({ epoch }) => epoch === first!.epoch);
    const isEven = members.every(({ partitions }) => partitions >= Math.floor(options.partitions / members.length));
    if (isSame && isEven && shared === options.partitions) return;
    if (performance.now() > endMs)
      throw new Error(
        `After ${deadlineMs / 1000} s the members have ${members.map(({ partitions }) => partitions).join(', ')} partitions`,
      );
    await delay(heartbeatMs);
  }
}

/** As members do before anything else; it is what makes the topic of offsets. */
async function findCoordinator(): Promise<void> {
  const connection = await Connection.open(options);
  const endMs = performance.now() + deadlineMs;
  // Coordinator of a group, v1: throttle int32, then the error.
  while ((await connection.send(frame(10, 1, [text(groupId), int8(0)]))).readInt16BE(4 + 4) !== 0) {
    if (performance.now() > endMs) throw new Error(`After ${deadlineMs / 1000} s there is no coordinator of the group`);
    await delay(heartbeatMs);
  }
  connection.close();
}

await findCoordinator();
const members = await Promise.all(
  Array.from({ length: options.members }, async () => new Member(await Connection.open(options))),
);
const startedMs = performance.now();
await untilStable(members, 0);
const joinMs = performance.now() - startedMs;

const { epoch } = members[0]!;
const leftMs = performance.now();
await members[0]!.leave();
await untilStable(members.slice(1), epoch);
finish({ joinMs, rebalanceMs: performance.now() - leftMs });
