import type { Clock, Timer } from '../storage/index.ts';
import type { ClassicGroup } from './classic/classic-group.ts';
import type { ConsumerGroup } from './consumer/consumer-group.ts';
import { Deadline } from './deadline.ts';
import type { Effects } from './effects.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupSettings } from './group-settings.ts';
import type { TopicDirectory } from './topic-directory.ts';

/** A group of either protocol. */
export type Group = ClassicGroup | ConsumerGroup;

/** What the steps of a group need of the world. */
export interface GroupEnvironment {
  readonly config: GroupConfig;
  readonly clock: Clock;
  readonly topics: TopicDirectory;
  readonly randomUuid: () => string;
  /** What is set for one group, where it differs from the broker's configuration. */
  readonly groupSettings: (groupId: string) => GroupSettings;
  /** The group as it is now: a step may have made another of it. */
  readonly groupNow: (groupId: string) => Group | undefined;
  /** Runs a timer's step as an operation of the group's partition, unless the group was given up meanwhile. */
  readonly submit: (group: Group, step: () => Effects) => void;
}

/** Runs a step of the group after `delayMs`. */
export function scheduleStep(environment: GroupEnvironment, group: Group, delayMs: number, step: () => Effects): Timer {
  return environment.clock.schedule(delayMs, () => {
    environment.submit(group, step);
  });
}

/** A deadline whose end is a step of the group. */
export function deadlineOf(environment: GroupEnvironment, group: Group, step: () => Effects): Deadline {
  return new Deadline(environment.clock, () => {
    environment.submit(group, step);
  });
}
