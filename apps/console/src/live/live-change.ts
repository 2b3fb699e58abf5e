import { listChange } from './list-change.ts';
import type { LiveChange, LiveState } from './live-state.ts';

/** Undefined when nothing changed. */
export function liveChange(before: LiveState, after: LiveState): LiveChange | undefined {
  const parts = listChange(before.parts, after.parts, (part) => part.name);
  const topics = listChange(before.topics, after.topics, (topic) => topic.name);
  const groups = listChange(before.groups, after.groups, (group) => group.groupId);
  const feed = listChange(before.feed, after.feed, (post) => post.postId);
  const isOtherCluster = JSON.stringify(before.cluster) !== JSON.stringify(after.cluster);
  const change: LiveChange = {
    ...(parts === undefined ? {} : { parts }),
    ...(isOtherCluster ? { cluster: after.cluster } : {}),
    ...(topics === undefined ? {} : { topics }),
    ...(groups === undefined ? {} : { groups }),
    ...(feed === undefined ? {} : { feed }),
    // Made anew with each change of a lesson, and only then.
    ...(before.lesson === after.lesson ? {} : { lesson: after.lesson }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}
