import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { MessagingModule } from '@headwater/messaging';
import { HealthChecks, KafkaConfig, Metrics, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { LiveModel } from './learning/live-model.ts';
import { ModelController } from './learning/model.controller.ts';
import { ProfileController } from './profile/profile.controller.ts';
import { RecommendationController } from './recommendation/recommendation.controller.ts';
import { RecommendationsPublisher } from './recommendation/recommendations-publisher.ts';
import { Catalogue } from './show/catalogue.ts';
import { ShowController } from './show/show.controller.ts';

@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, HealthChecks, Metrics],
      useFactory: (context: ServiceContext, kafka: KafkaConfig, health: HealthChecks, metrics: Metrics) => ({
        clientId: context.name,
        ...kafka.cluster,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [topics.shows, topics.recommendations],
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
      }),
    }),
  ],
  controllers: [ShowController, ProfileController, RecommendationController, ModelController],
  providers: [Catalogue, LiveModel, RecommendationsPublisher],
})
export class AppModule {}
