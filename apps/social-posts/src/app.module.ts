import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { EventStoreModule, eventStoreMigrations, OutboxModule, outboxMigrations } from '@headwater/event-sourcing';
import { KafkaOutboxPublisher, MessageProducer, MessagingModule } from '@headwater/messaging';
import {
  CreateIdempotencyKeys1700000000002,
  DatabaseModule,
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  type ServiceContext,
  IdempotentCommands,
} from '@headwater/service-kit';
import { CommentCommands } from './comment/comment-commands.ts';
import { CommentController } from './comment/comment.controller.ts';
import { CommentPublisher } from './comment/comment.publisher.ts';
import { FollowController } from './follow/follow.controller.ts';
import { PostHistory } from './history/post-history.ts';
import { LikeBatchController } from './like/like-batch.controller.ts';
import { LikeBatch } from './like/like-batch.ts';
import { LikeController } from './like/like.controller.ts';
import { LikePublisher } from './like/like.publisher.ts';
import { CreateWriteModel1763700000000 } from './migrations/create-write-model.migration.ts';
import { PostCommands } from './post/post-commands.ts';
import { PostDirectory } from './post/post-directory.ts';
import { PostController } from './post/post.controller.ts';
import { PostPublisher } from './post/post.publisher.ts';
import { WishPublisher } from './publishing/wish-publisher.ts';

@Module({
  imports: [
    DatabaseModule.forRoot({
      migrations: [
        ...eventStoreMigrations,
        ...outboxMigrations,
        CreateIdempotencyKeys1700000000002,
        CreateWriteModel1763700000000,
      ],
    }),
    MessagingModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, HealthChecks, Metrics],
      useFactory: (context: ServiceContext, kafka: KafkaConfig, health: HealthChecks, metrics: Metrics) => ({
        clientId: context.name,
        ...kafka.cluster,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [topics.posts, topics.comments, topics.likes, topics.follows],
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
      }),
    }),
    EventStoreModule.forRoot({ inject: [Metrics], useFactory: (metrics: Metrics) => ({ metrics }) }),
    // #region outbox
    OutboxModule.forRoot({
      inject: [MessageProducer, HealthChecks, Metrics],
      useFactory: (producer: MessageProducer, health: HealthChecks, metrics: Metrics) => ({
        publisher: new KafkaOutboxPublisher(producer),
        health,
        metrics,
      }),
    }),
    // #endregion
  ],
  controllers: [PostController, CommentController, LikeController, LikeBatchController, FollowController],
  providers: [
    IdempotentCommands,
    PostDirectory,
    PostCommands,
    PostPublisher,
    CommentCommands,
    CommentPublisher,
    PostHistory,
    WishPublisher,
    LikePublisher,
    LikeBatch,
  ],
})
export class AppModule {}
