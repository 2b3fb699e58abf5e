/**
 * A classic group of kafkajs consumers: how long until all have joined one generation and share the partitions, and how long after
 * one of them left until the others have. Heartbeats are frequent, since it is by them that a member learns of a rebalance. Takes a
 * GroupLoad, prints a GroupResult.
 */
import { randomUUID } from 'node:crypto';
import kafkajs, { type Consumer } from 'kafkajs';
import { finish, type GroupLoad, readOptions } from './programs.ts';

const { host, port, topic, members, partitions } = readOptions() as GroupLoad;
const kafka = new kafkajs.Kafka({ brokers: [`${host}:${port}`], logLevel: kafkajs.logLevel.NOTHING });
const groupId = `bench-${randomUUID()}`;
const heartbeatInterval = 50;

const deadlineMs = 60_000;

/** Members that leave: what they still hear of the group does not count. */
const leavers = new Set<Consumer>();
/** How many partitions each member has, by its latest assignment. */
const owned = new Map<Consumer, number>();
let isStable: (() => boolean) | undefined;
let stable = Promise.withResolvers<number>();

function look(): void {
  if (isStable?.() === true) stable.resolve(performance.now());
}

/** Resolves with the time when this many members have all partitions between them. */
async function untilShared(wantedMembers: number): Promise<number> {
  stable = Promise.withResolvers<number>();
  isStable = () =>
    owned.size === wantedMembers && [...owned.values()].reduce((sum, count) => sum + count, 0) === partitions;
  look();
  const timer = setTimeout(() => {
    const shares = [...owned.values()].join(', ');
    stable.reject(
      new Error(`After ${deadlineMs / 1000} s ${owned.size} of ${wantedMembers} members have ${shares} partitions`),
    );
  }, deadlineMs);
  return await stable.promise.finally(() => clearTimeout(timer));
}

async function connected(): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId, heartbeatInterval, maxWaitTimeInMs: 50 });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    if (leavers.has(consumer)) return;
    const assigned = payload.memberAssignment[topic]?.length ?? 0;
    owned.set(consumer, assigned);
    look();
  });
  consumer.on(consumer.events.REBALANCING, () => owned.delete(consumer));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  return consumer;
}

const consumers = await Promise.all(Array.from({ length: members }, connected));
const startedMs = performance.now();
for (const consumer of consumers) void consumer.run({ eachMessage: () => Promise.resolve() });
const joinMs = (await untilShared(members)) - startedMs;

const leaver = consumers[0]!;
leavers.add(leaver);
const leftMs = performance.now();
owned.delete(leaver);
void leaver.disconnect();
const rebalanceMs = (await untilShared(members - 1)) - leftMs;
finish({ joinMs, rebalanceMs });
