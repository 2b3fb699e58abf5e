/** The events that are consumed: likes on a thousand posts, as they are on the platform; a like's number is its user. */
import { defineTopic, likeChanged, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock } from '@headwater/messaging';
import type { Stage } from '../stage.ts';

const keys = 1_000;
const sendsAtATime = 5_000;

export type Likes = ReturnType<typeof likesTopic>;

/** The contract of the platform's likes, under another name. */
export function likesTopic(name: string) {
  const { partitions, config, owner, doc } = topics.likes;
  return defineTopic({
    name,
    doc,
    partitions,
    config,
    compacted: false,
    keyFields: ['postId'],
    owner,
    subscribers: [],
    events: { 'headwater.social.LikeChanged': likeChanged },
  });
}

export async function fillLikes({ bootstrapServers, registryUrl }: Stage, name: string, count: number): Promise<void> {
  const client = createKafkajsClient({
    clientId: 'bench-fill',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  const codec = new EventCodec(registryUrl);
  const topic = likesTopic(name);
  await codec.register([topic]);
  const producer = new MessageProducer(client, codec);
  const occurredAt = new Date();
  for (let first = 0; first < count; first += sendsAtATime)
    await Promise.all(
      Array.from({ length: Math.min(sendsAtATime, count - first) }, (_, index) => {
        const number = first + index;
        const userId = String(number);
        const like = { eventId: `like-${number}`, postId: `post-${number % keys}`, userId, liked: true, occurredAt };
        return producer.send(topic, likeChanged, like);
      }),
    );
  await producer.close();
}
