/**
 * A group of the next generation (KIP-848): members that only send heartbeats, often while the group is not stable. How long until
 * all are in one epoch and have the partitions between them, and how long after one of them left. Takes a GroupLoad, prints a
 * GroupResult.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from './client.ts';
import { type HeartbeatAnswer, heartbeatFrame, leavingEpoch, readHeartbeat, type OwnedTopic } from './heartbeat.ts';
import { finish, type GroupLoad, readOptions } from './programs.ts';

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

/** Resolves when these members share the partitions in one epoch above `above`. */
async function untilStable(members: readonly Member[], above: number): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    await Promise.all(members.map((member) => member.heartbeat()));
    const [first] = members;
    const shared = members.reduce((sum, { partitions }) => sum + partitions, 0);
    const isSame = first!.epoch > above && members.every(({ epoch }) => epoch === first!.epoch);
    if (isSame && shared === options.partitions) return;
    if (performance.now() > endMs)
      throw new Error(`After ${deadlineMs / 1000} s the group has ${shared} of ${options.partitions} partitions`);
    await delay(heartbeatMs);
  }
}

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
