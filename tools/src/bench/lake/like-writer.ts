/** Writes likes: each of another user, of a thousand posts in turn. */
import { likeChanged, topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';

const posts = 1_000;

export class LikeWriter {
  /** Likes that were given to be written. */
  written = 0;

  private constructor(
    private readonly producer: MessageProducer,
    private readonly codec: EventCodec,
  ) {}

  static async open(bootstrapServers: string, registryUrl: string): Promise<LikeWriter> {
    const client = createKafkajsClient({
      clientId: 'bench-lake',
      bootstrapServers: [bootstrapServers],
      clock: systemClock,
    });
    const codec = new EventCodec(registryUrl);
    await new TopicSetup(client).ensure([topics.likes]);
    await codec.register([topics.likes]);
    return new LikeWriter(new MessageProducer(client, codec), codec);
  }

  /** Resolves when all of them are acknowledged. */
  async write(count: number): Promise<void> {
    const first = this.written;
    this.written += count;
    const occurredAt = new Date();
    const records = Array.from({ length: count }, (_, at) => {
      const number = first + at;
      const ids = { eventId: `like-${number}`, postId: `post-${number % posts}`, userId: `user-${number}` };
      const like = { ...ids, liked: true, occurredAt };
      return { key: topics.likes.keyOf(like), value: this.codec.encode(topics.likes, likeChanged, like), headers: {} };
    });
    await this.producer.sendAll(topics.likes.name, records);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }
}
