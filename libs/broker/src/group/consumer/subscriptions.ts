/** What members subscribe to: names, and what their regular expressions matched, as topics that exist. */
import { createHash } from 'node:crypto';
import type { TopicDirectory } from '../topic-directory.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';

/** The names that a member subscribes to, by itself and by its regular expression. */
export function subscribedNames(group: ConsumerGroup, member: ConsumerMember): ReadonlySet<string> {
  const matched = group.regexes.get(member.subscribedTopicRegex)?.topics ?? [];
  return matched.length === 0 ? member.subscribedTopicNames : new Set([...member.subscribedTopicNames, ...matched]);
}

/** Ids of the topics, as far as they exist. */
export function topicIdsOf(names: Iterable<string>, topics: TopicDirectory): ReadonlySet<string> {
  const topicIds = new Set<string>();
  for (const name of names) {
    const topicId = topics.topicId(name);
    if (topicId !== undefined) topicIds.add(topicId);
  }
  return topicIds;
}

/** The topic ids of each member; members with the same subscription share one set. */
export function topicIdsOfMembers(
  group: ConsumerGroup,
  topics: TopicDirectory,
): (member: ConsumerMember) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return (member) => {
    const key = JSON.stringify([member.subscribedTopicRegex, ...[...member.subscribedTopicNames].sort()]);
    const topicIds = known.get(key) ?? topicIdsOf(subscribedNames(group, member), topics);
    known.set(key, topicIds);
    return topicIds;
  };
}

/** All names that any member subscribes to. */
export function allSubscribedNames(group: ConsumerGroup): ReadonlySet<string> {
  const names = new Set<string>();
  const regexes = new Set<string>();
  for (const { subscribedTopicNames, subscribedTopicRegex } of group.members.values()) {
    for (const name of subscribedTopicNames) names.add(name);
    regexes.add(subscribedTopicRegex);
  }
  for (const regex of regexes) for (const name of group.regexes.get(regex)?.topics ?? []) names.add(name);
  return names;
}

/** A number that differs when the topics that the group reads, or their partitions, differ; 0: there are none. */
export function metadataHashOf(group: ConsumerGroup, topics: TopicDirectory): number {
  const rows: string[] = [];
  for (const name of allSubscribedNames(group)) {
    const topicId = topics.topicId(name);
    if (topicId !== undefined) rows.push(`${name}/${topicId}/${topics.partitionCount(name)}`);
  }
  if (rows.length === 0) return 0;
  return createHash('sha1').update(rows.sort().join('\n')).digest().readUIntBE(0, 6);
}
