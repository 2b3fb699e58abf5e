/** What the page is sent: the whole state once, then what changed. Plain JSON; the page shares these types. */

import type { LessonState } from '../lessons/lesson-state.ts';
import type { PagePath } from '../page-paths.ts';

/** `off`: the console was not told where it is. */
export type PartStatus = 'up' | 'down' | 'off';

/** A process that the platform is made of. */
export interface PartState {
  readonly name: string;
  readonly status: PartStatus;
  /** Where it is, as people type it; null when that is not known. */
  readonly address: string | null;
  /** Why it is down, in one line. */
  readonly problem: string | null;
}

export interface ClusterState {
  readonly clusterId: string;
  readonly brokers: readonly { readonly nodeId: number; readonly address: string }[];
  readonly controllerId: number | null;
}

export interface PartitionState {
  readonly partition: number;
  /** Node id of the leader, -1 for none. */
  readonly leader: number;
  /** First retained offset. */
  readonly begin: number;
  /** Offset that the next record will have. */
  readonly end: number;
}

/** `internal`: kept by processes for themselves; `dead-letter`: records that a subscription could not process. */
export type TopicKind = 'data' | 'internal' | 'dead-letter';

export interface TopicState {
  readonly name: string;
  readonly kind: TopicKind;
  readonly partitions: readonly PartitionState[];
  /** Offsets that are retained; fewer records than this where compaction or transactions left gaps. */
  readonly retained: number;
  /** Offsets ever given. */
  readonly written: number;
  readonly perSecond: number;
}

export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  /** Null when the group has committed none. */
  readonly committed: number | null;
  readonly end: number;
  readonly lag: number;
}

export interface GroupMemberState {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
  readonly assignments: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

export interface GroupState {
  readonly groupId: string;
  /** Kafka's word: Stable, PreparingRebalance, CompletingRebalance, Empty, Dead. */
  readonly state: string;
  readonly members: readonly GroupMemberState[];
  readonly offsets: readonly GroupOffset[];
  /** Sum over the partitions. */
  readonly lag: number;
}

export interface FeedPost {
  readonly postId: string;
  readonly userId: string;
  readonly authorName: string;
  readonly title: string | null;
  /** Plain text, cut to what fits a card. */
  readonly excerpt: string;
  readonly kind: 'plain' | 'question' | 'answer';
  /** Where an imported post comes from; credit is due there. */
  readonly sourceUrl: string | null;
  readonly likes: number;
  readonly comments: number;
  /** ISO 8601. */
  readonly publishedAt: string;
}

/** A place on the way of an event. */
export type FlowNodeState =
  | {
      readonly kind: 'service';
      readonly name: string;
      /** Its consumer groups are found by this prefix; a service without one only writes. */
      readonly group?: string;
    }
  | {
      readonly kind: 'topics';
      readonly label: string;
      /** Counted together. */
      readonly topics: readonly string[];
    }
  | { readonly kind: 'store'; readonly name: string; readonly about: string };

/** Places that an event passes at the same step. */
export interface FlowStep {
  readonly title: string;
  readonly nodes: readonly FlowNodeState[];
}

/** How events of a case travel, by the platform's contracts: what is written by whom and read by whom, from left to right. */
export interface FlowState {
  /** Path of the case's page. */
  readonly page: PagePath;
  readonly steps: readonly FlowStep[];
}

/** Samples of the last minutes, oldest first, so that charts are full when the page opens. */
export interface HistoryState {
  readonly atMs: readonly number[];
  /** Records per second by topic, null where the topic was not there. */
  readonly topicRates: Readonly<Record<string, readonly (number | null)[]>>;
  /** Lag by group. */
  readonly groupLags: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface LiveState {
  readonly parts: readonly PartState[];
  readonly cluster: ClusterState | null;
  readonly topics: readonly TopicState[];
  readonly groups: readonly GroupState[];
  readonly feed: readonly FeedPost[];
  readonly flows: readonly FlowState[];
  /** The lesson that runs; null without one. */
  readonly lesson: LessonState | null;
}

export interface LiveSnapshot {
  readonly state: LiveState;
  readonly history: HistoryState;
}

/** What changed in a list: entries by their key, the keys that are gone, and the order when that changed. */
export interface ListChange<T> {
  readonly set?: readonly T[];
  readonly removed?: readonly string[];
  readonly order?: readonly string[];
}

/** One sample for the charts. */
export interface LiveSample {
  readonly atMs: number;
  readonly topicRates: Readonly<Record<string, number>>;
  readonly groupLags: Readonly<Record<string, number>>;
}

export interface LiveChange {
  readonly parts?: ListChange<PartState>;
  readonly cluster?: ClusterState | null;
  readonly topics?: ListChange<TopicState>;
  readonly groups?: ListChange<GroupState>;
  readonly feed?: ListChange<FeedPost>;
  readonly lesson?: LessonState | null;
  readonly sample?: LiveSample;
}
