import type { Clock, Timer } from '../../storage/index.ts';
import type { Effects } from '../effects.ts';
import type { GroupConfig } from '../group-config.ts';
import { Deadline } from './deadline.ts';
import type { ClassicGroup } from './classic-group.ts';

/** What the steps of a group need of the world. */
export interface GroupEnvironment {
  readonly config: GroupConfig;
  readonly clock: Clock;
  readonly randomUuid: () => string;
  /** Runs a timer's step as an operation of the group's partition, unless the group was given up meanwhile. */
  readonly submit: (group: ClassicGroup, step: () => Effects) => void;
}

/** Runs a step of the group after `delayMs`. */
export function scheduleStep(
  environment: GroupEnvironment,
  group: ClassicGroup,
  delayMs: number,
  step: () => Effects,
): Timer {
  return environment.clock.schedule(delayMs, () => {
    environment.submit(group, step);
  });
}

/** A deadline whose end is a step of the group. */
export function deadlineOf(environment: GroupEnvironment, group: ClassicGroup, step: () => Effects): Deadline {
  return new Deadline(environment.clock, () => {
    environment.submit(group, step);
  });
}
