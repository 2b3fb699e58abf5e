import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { CreateInbox1700000000000, CreateParkedMessages1700000000001, MessagingModule } from '@headwater/messaging';
import {
  DatabaseModule,
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  type ServiceContext,
} from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { CommentSubscriber } from './comment/comment.subscriber.ts';
import { FeedQuery } from './feed/feed-query.ts';
import { FeedController } from './feed/feed.controller.ts';
import { LikeSubscriber } from './like/like.subscriber.ts';
import { CreateReadModel1763700000000 } from './migrations/create-read-model.migration.ts';
import { PostSubscriber } from './post/post.subscriber.ts';
import { CountsPublisher } from './publishing/counts-publisher.ts';
import { ChangeSignal } from './read-model/change-signal.ts';
import { ReadModel } from './read-model/read-model.ts';
import { TotalsController } from './totals/totals.controller.ts';

@Module({
  imports: [
    DatabaseModule.forRoot({
      migrations: [CreateInbox1700000000000, CreateParkedMessages1700000000001, CreateReadModel1763700000000],
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
        bootstrapServers: kafka.kafkaBootstrapServers,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [topics.postsWithCounts],
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
        // A post, or its likes, that cannot be applied waits with all that follows on it; others go on.
        dataSource,
      }),
    }),
  ],
  controllers: [TotalsController, FeedController, PostSubscriber, LikeSubscriber, CommentSubscriber],
  providers: [ReadModel, ChangeSignal, CountsPublisher, FeedQuery],
})
export class AppModule {}
