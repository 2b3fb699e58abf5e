/** What the scenarios of next-generation groups have in common: heartbeats, and a topic that the groups know. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  consumerGroupDescribeApi,
  consumerGroupHeartbeatApi,
  deleteGroupsApi,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Session, TopicReference } from '../session.ts';

export type HeartbeatInput = RequestInput<typeof consumerGroupHeartbeatApi>;

export const LATEST = 1;

const LOOK_MS = 5;

export function heartbeatOf(groupId: string, memberId: string, memberEpoch: number): HeartbeatInput {
  return { groupId, memberId, memberEpoch };
}

/** All that a member tells when it joins. */
export function joiningOf(groupId: string, memberId: string, topics: readonly TopicReference[]): HeartbeatInput {
  const subscribedTopicNames = topics.map(({ name }) => name);
  return {
    ...heartbeatOf(groupId, memberId, 0),
    rebalanceTimeoutMs: 30_000,
    subscribedTopicNames,
    topicPartitions: [],
  };
}

export function partitionsOf({ topicId }: TopicReference, ...partitions: number[]) {
  return [{ topicId, partitions }];
}

/** A topic that the engine's groups know already: Apache Kafka's coordinator follows its controller, too. */
export async function readableTopic(session: Session, partitions: number): Promise<TopicReference> {
  const topic = await session.topic('topic', { partitions });
  const groupId = session.named('first');
  const join = () => session.prepare(consumerGroupHeartbeatApi, LATEST, joiningOf(groupId, 'first', [topic]));
  while ((await join()).assignment?.topicPartitions.length !== 1) await delay(LOOK_MS);
  await session.prepare(consumerGroupHeartbeatApi, LATEST, heartbeatOf(groupId, 'first', -1));
  await session.prepare(deleteGroupsApi, 2, { groupsNames: [groupId] });
  return topic;
}

/** Heartbeats of a group in one version, each written down. */
export class Heartbeats {
  readonly groupId: string;
  readonly #session: Session;
  readonly #version: number;

  constructor(session: Session, version: number, name: string) {
    this.#session = session;
    this.#version = version;
    this.groupId = session.named(name);
  }

  join(label: string, memberId: string, topics: readonly TopicReference[], changes: Partial<HeartbeatInput> = {}) {
    return this.#ask(label, { ...joiningOf(this.groupId, memberId, topics), ...changes });
  }

  beat(label: string, memberId: string, memberEpoch: number, changes: Partial<HeartbeatInput> = {}) {
    return this.#ask(label, { ...heartbeatOf(this.groupId, memberId, memberEpoch), ...changes });
  }

  #ask(label: string, request: HeartbeatInput) {
    return this.#session.ask(label, consumerGroupHeartbeatApi, this.#version, request);
  }

  describe(label: string) {
    return this.#session.ask(label, consumerGroupDescribeApi, LATEST, { groupIds: [this.groupId] });
  }
}
