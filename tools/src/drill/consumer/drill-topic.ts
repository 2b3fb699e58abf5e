/** The topic of the drill: likes of posts, where a post is a key and the liker's number its place in the key's order. */
import { defineTopic, likeChanged, type LikeChanged } from '@headwater/contracts';

export const drillTopic = defineTopic({
  name: 'drill_likes',
  doc: 'Of the consumer drill.',
  partitions: 6,
  config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
  compacted: false,
  keyFields: ['postId'] as const,
  owner: 'drill',
  subscribers: [],
  events: { [likeChanged.name]: likeChanged },
});

/** Both kinds of delivery that promise an effect once: the transport's own transactions, and a handler's with the inbox. */
export const groups = ['drill.effects', 'drill.inbox'] as const;

export type Group = (typeof groups)[number];

export const idOf = (key: string, place: number): string => `${key}#${place}`;

export const eventOf = (key: string, place: number): LikeChanged => ({
  eventId: idOf(key, place),
  postId: key,
  userId: String(place),
  liked: true,
  occurredAt: new Date(place),
});
