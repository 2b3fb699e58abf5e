/** What the members of a consumer group subscribe to, as far as the broker can read it in their protocol's metadata. */
import type { ClassicGroup } from './classic-group.ts';

/** The topics of all members together; undefined when they cannot be known (another protocol type, or unreadable metadata). */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | undefined {
  if (group.protocolType !== 'consumer') return undefined;
  const topics = new Set<string>();
  if (group.members.size === 0) return topics;
  if (group.protocolName === undefined) return undefined;
  for (const member of group.members.values()) {
    const names = readTopics(member.metadataFor(group.protocolName));
    if (names === undefined) return undefined;
    for (const name of names) topics.add(name);
  }
  return topics;
}

/** `ConsumerProtocolSubscription`: a version, then an array of topic names; what follows differs by version and is not needed. */
function readTopics(metadata: Buffer): string[] | undefined {
  if (metadata.length < 6) return undefined;
  const count = metadata.readInt32BE(2);
  const names: string[] = [];
  let at = 6;
  for (let index = 0; index < count; index++) {
    if (at + 2 > metadata.length) return undefined;
    const end = at + 2 + metadata.readInt16BE(at);
    if (end < at + 2 || end > metadata.length) return undefined;
    names.push(metadata.toString('utf8', at + 2, end));
    at = end;
  }
  return names;
}
