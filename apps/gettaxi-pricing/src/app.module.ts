import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { OutboxModule, outboxMigrations } from '@headwater/event-sourcing';
import {
  CreateInbox1700000000000,
  CreateParkedMessages1700000000001,
  EventCodec,
  KafkaOutboxPublisher,
  MessageProducer,
  MessagingModule,
  RedriveModule,
  TopicSetup,
} from '@headwater/messaging';
import {
  CreateIdempotencyKeys1700000000002,
  DatabaseModule,
  HealthChecks,
  IdempotentCommands,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  type ServiceContext,
} from '@headwater/service-kit';
import { StreamsModule } from '@headwater/streams';
import { DataSource } from 'typeorm';
import { FareController } from './fare/fare.controller.ts';
import { Fares } from './fare/fares.ts';
import { RateCard } from './fare/rate-card.ts';
import { RideMeter } from './fare/ride-meter.ts';
import { RideSubscriber } from './fare/ride.subscriber.ts';
import { CreatePricing1763900000000 } from './migrations/create-pricing.migration.ts';
import { QuoteController } from './quote/quote.controller.ts';
import { QuotePruning } from './quote/quote-pruning.ts';
import { Quotes } from './quote/quotes.ts';
import { SignalController } from './signal/signal.controller.ts';
import { SurgeConfig } from './surge/surge.config.ts';
import { surgeTopology } from './surge/surge.topology.ts';
import { ZonePrices } from './surge/zone-prices.ts';
import { ZoneController } from './surge/zone.controller.ts';

/** Prices of the zones of an instance that is gone stand still for so long. */
const sessionTimeoutMs = 6_000;

@Module({
  imports: [
    DatabaseModule.forRoot({
      migrations: [
        CreateInbox1700000000000,
        ...outboxMigrations,
        CreateParkedMessages1700000000001,
        CreateIdempotencyKeys1700000000002,
        CreatePricing1763900000000,
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
        produces: [topics.surgePricing, topics.zoneSignals, topics.rideFares],
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
        // A ride whose fare cannot be computed waits with all that follows on it; others go on.
        dataSource,
      }),
    }),
    RedriveModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ topics: [topics.rideEvents], dataSource }),
    }),
    OutboxModule.forRoot({
      inject: [MessageProducer, HealthChecks, Metrics],
      useFactory: (producer: MessageProducer, health: HealthChecks, metrics: Metrics) => ({
        publisher: new KafkaOutboxPublisher(producer),
        health,
        metrics,
      }),
    }),
    StreamsModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, SurgeConfig, HealthChecks, Metrics, EventCodec, TopicSetup],
      useFactory: async (
        { name, stopping, fail }: ServiceContext,
        kafka: KafkaConfig,
        surge: SurgeConfig,
        health: HealthChecks,
        metrics: Metrics,
        codec: EventCodec,
        topicSetup: TopicSetup,
      ) => {
        // Whoever starts first makes the topics.
        await topicSetup.ensure(
          [topics.taxiPosition, topics.rideEvents, topics.zoneSignals, topics.surgePricing],
          stopping,
        );
        await codec.register([topics.surgePricing], stopping);
        return {
          clientId: name,
          ...kafka.cluster,
          topologies: [surgeTopology(codec, surge)],
          guarantee: 'exactly-once',
          commitIntervalMs: surge.surgeCommitIntervalMs,
          idleAfterMs: surge.surgeIdleMs,
          sessionTimeoutMs,
          onUnreadable: 'skip',
          onFailed: fail,
          health,
          metrics,
          stopping,
        };
      },
    }),
  ],
  controllers: [ZoneController, SignalController, QuoteController, FareController, RideSubscriber],
  providers: [IdempotentCommands, ZonePrices, RateCard, Quotes, QuotePruning, RideMeter, Fares],
})
export class AppModule {}
