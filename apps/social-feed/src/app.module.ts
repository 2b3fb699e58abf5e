import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import {
  CreateInbox1700000000000,
  CreateParkedMessages1700000000001,
  EventCodec,
  MessagingModule,
  RedriveModule,
  TopicSetup,
} from '@headwater/messaging';
import {
  DatabaseModule,
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  type ServiceContext,
} from '@headwater/service-kit';
import { StreamsModule } from '@headwater/streams';
import { DataSource } from 'typeorm';
import { CommentSubscriber } from './comment/comment.subscriber.ts';
import { ThreadController } from './comment/thread.controller.ts';
import { ThreadPages } from './comment/thread-pages.ts';
import { FeedQuery } from './feed/feed-query.ts';
import { FeedController } from './feed/feed.controller.ts';
import { FollowSubscriber } from './follow/follow.subscriber.ts';
import { HomeController } from './home/home.controller.ts';
import { HomePages } from './home/home-pages.ts';
import { LikeSubscriber } from './like/like.subscriber.ts';
import { CompleteReadModel1763800000000 } from './migrations/complete-read-model.migration.ts';
import { CreateReadModel1763700000000 } from './migrations/create-read-model.migration.ts';
import { PostSubscriber } from './post/post.subscriber.ts';
import { CountsPublisher } from './publishing/counts-publisher.ts';
import { ChangeSignal } from './read-model/change-signal.ts';
import { ReadModel } from './read-model/read-model.ts';
import { ModelRebuildController } from './rebuild/model-rebuild.controller.ts';
import { ModelRebuild } from './rebuild/model-rebuild.ts';
import { TotalsStreamController } from './totals/totals-stream.controller.ts';
import { TotalsController } from './totals/totals.controller.ts';
import { TotalsWatch } from './totals/totals-watch.ts';
import { TrendingBoard } from './trending/trending-board.ts';
import { TrendingConfig } from './trending/trending.config.ts';
import { TrendingController } from './trending/trending.controller.ts';
import { trendingTopology } from './trending/trending.topology.ts';

@Module({
  imports: [
    DatabaseModule.forRoot({
      migrations: [
        CreateInbox1700000000000,
        CreateParkedMessages1700000000001,
        CreateReadModel1763700000000,
        CompleteReadModel1763800000000,
      ],
    }),
    MessagingModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, HealthChecks, Metrics, DataSource],
      useFactory: (
        context: ServiceContext,
        kafka: KafkaConfig,
        health: HealthChecks,
        metrics: Metrics,
        dataSource: DataSource,
      ) => ({
        clientId: context.name,
        ...kafka.cluster,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [topics.postsWithCounts, topics.trendingPosts],
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
        // A post, or its likes, that cannot be applied waits with all that follows on it; others go on.
        dataSource,
      }),
    }),
    StreamsModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, TrendingConfig, HealthChecks, Metrics, EventCodec, TopicSetup],
      useFactory: async (
        context: ServiceContext,
        kafka: KafkaConfig,
        { trendingIntervalMs }: TrendingConfig,
        health: HealthChecks,
        metrics: Metrics,
        codec: EventCodec,
        topicSetup: TopicSetup,
      ) => {
        await topicSetup.ensure([topics.likes, topics.comments, topics.trendingPosts], context.stopping);
        return {
          clientId: context.name,
          ...kafka.cluster,
          topologies: [trendingTopology(codec)],
          guarantee: 'exactly-once',
          commitIntervalMs: trendingIntervalMs,
          onUnreadable: 'skip',
          onFailed: context.fail,
          health,
          metrics,
          stopping: context.stopping,
        };
      },
    }),
    RedriveModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({
        topics: [topics.posts, topics.likes, topics.comments, topics.follows],
        dataSource,
      }),
    }),
  ],
  controllers: [
    TotalsController,
    TotalsStreamController,
    FeedController,
    HomeController,
    ThreadController,
    TrendingController,
    ModelRebuildController,
    PostSubscriber,
    LikeSubscriber,
    CommentSubscriber,
    FollowSubscriber,
  ],
  providers: [
    ReadModel,
    ChangeSignal,
    CountsPublisher,
    TotalsWatch,
    FeedQuery,
    HomePages,
    ThreadPages,
    TrendingBoard,
    ModelRebuild,
  ],
})
export class AppModule {}
