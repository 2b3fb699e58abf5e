import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { EventCodec, MessagingModule } from '@headwater/messaging';
import { HealthChecks, KafkaConfig, Metrics, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { StreamsModule } from '@headwater/streams';
import { CampaignTable } from './campaign/campaign-table.ts';
import { CampaignController } from './campaign/campaign.controller.ts';
import { ComparisonController } from './comparison/comparison.controller.ts';
import { CountingConfig, countingTopology } from './counting/index.ts';
import { ClickController } from './report/click.controller.ts';
import { ImpressionController } from './report/impression.controller.ts';
import { ReportPublisher } from './report/report.publisher.ts';

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
        produces: [
          topics.adImpressions,
          topics.adClicks,
          topics.campaignPerformance,
          topics.campaignSlices,
          topics.orphanClicks,
        ],
        producer: { deliveryTimeoutMs },
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
      }),
    }),
    StreamsModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, CountingConfig, EventCodec, HealthChecks, Metrics],
      useFactory: (
        context: ServiceContext,
        kafka: KafkaConfig,
        config: CountingConfig,
        codec: EventCodec,
        health: HealthChecks,
        metrics: Metrics,
      ) => {
        const outcomes = metrics.counter({
          name: 'campaign_reports_total',
          help: 'Impressions and clicks by what became of them, as this instance processed them; again after a crash',
          labelNames: ['outcome'],
        });
        const times = { windowMs: config.clickWindowMs, graceMs: config.clickGraceMs };
        return {
          clientId: context.name,
          ...kafka.cluster,
          topologies: [countingTopology(codec, times, (outcome) => outcomes.inc({ outcome }))],
          guarantee: 'exactly-once',
          // Whatever others write into the topics must not end the counting.
          onUnreadable: 'skip',
          sessionTimeoutMs: config.ownerSessionTimeoutMs,
          health,
          metrics,
          stopping: context.stopping,
          onFailed: context.fail,
        };
      },
    }),
  ],
  controllers: [ImpressionController, ClickController, ComparisonController, CampaignController],
  providers: [ReportPublisher, CampaignTable],
})
export class AppModule {}
