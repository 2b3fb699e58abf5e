/** What `trending_posts` holds, in every instance: the hours of the last week. */
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { topics, type PostsTrended } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock } from '@headwater/messaging';
import { KafkaConfig } from '@headwater/service-kit';
import { followTopic, ReadableTopic, type TopicFollower } from '@headwater/streams';
import { windowStepMs } from './trend-counts.ts';

@Injectable()
export class TrendingBoard implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly windows = new Map<string, PostsTrended>();
  private follower: TopicFollower | undefined;

  constructor(
    private readonly kafka: KafkaConfig,
    private readonly codec: EventCodec,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const client = createKafkajsClient({ clientId: 'social-feed-trending', ...this.kafka.cluster, clock: systemClock });
    const topic = ReadableTopic.consume(topics.trendingPosts, this.codec, (window, event) => {
      if (event) this.windows.set(window, event.value);
      else this.windows.delete(window);
    });
    this.follower = await followTopic(client, topic);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.follower?.close();
  }

  /** The hour that is nearly over, as far as events tell: of those that end behind the newest event the one that ends first. */
  current(): PostsTrended | undefined {
    const newestMs = Math.max(...[...this.windows.values()].map(({ occurredAt }) => occurredAt.getTime()));
    const end = (Math.floor(newestMs / windowStepMs) + 1) * windowStepMs;
    return this.windows.size === 0 ? undefined : this.windows.get(new Date(end).toISOString());
  }

  /** @param window the hour's end, ISO 8601 in UTC, as `current` names it. */
  at(window: string): PostsTrended | undefined {
    return this.windows.get(window);
  }
}
