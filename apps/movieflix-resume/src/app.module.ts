import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { MessagingModule } from '@headwater/messaging';
import { HealthChecks, KafkaConfig, Metrics, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { OwnedPositions } from './ownership/owned-positions.ts';
import { OwnerForwarding } from './ownership/owner-forwarding.ts';
import { ToOwner } from './ownership/to-owner.interceptor.ts';
import { PositionBatch } from './position/position-batch.ts';
import { PositionCodec } from './position/position-codec.ts';
import { PositionReports } from './position/position-reports.ts';
import { PositionBatchController } from './position/position-batch.controller.ts';
import { PositionController } from './position/position.controller.ts';
import { ResumeController } from './resume/resume.controller.ts';
import { ShowTitles } from './show/show-titles.ts';

/** A client waits no longer for a broker than it would for a page. */
const deliveryTimeoutMs = 10_000;

@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, HealthChecks, Metrics],
      useFactory: (context: ServiceContext, kafka: KafkaConfig, health: HealthChecks, metrics: Metrics) => ({
        clientId: context.name,
        ...kafka.cluster,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [topics.showPosition],
        producer: { deliveryTimeoutMs },
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
      }),
    }),
  ],
  controllers: [PositionController, PositionBatchController, ResumeController],
  providers: [PositionCodec, PositionReports, PositionBatch, OwnedPositions, OwnerForwarding, ToOwner, ShowTitles],
})
export class AppModule {}
