import { subscribedTopics } from '../classic/subscribed-topics.ts';
import { allSubscribedNames } from '../consumer/subscriptions.ts';
import type { Group } from '../group-environment.ts';

/** Tells whether the group consumes a topic; yes when that cannot be known of a classic consumer group. */
export function subscriptionOf(group: Group): (topic: string) => boolean {
  if (group.type === 'consumer') {
    const names = allSubscribedNames(group);
    return (topic) => names.has(topic);
  }
  const topics = subscribedTopics(group);
  return (topic) => topics?.has(topic) ?? group.protocolType === 'consumer';
}
