import { Module } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { EventStoreModule, eventStoreMigrations, OutboxModule, outboxMigrations } from '@headwater/event-sourcing';
import {
  CreateParkedMessages1700000000001,
  KafkaOutboxPublisher,
  MessageProducer,
  MessagingModule,
  RedriveModule,
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
import { DataSource } from 'typeorm';
import { FleetController } from './fleet/fleet.controller.ts';
import { Fleet } from './fleet/fleet.ts';
import { Deadlines } from './matching/deadlines.ts';
import { Matcher } from './matching/matcher.ts';
import { CheckPromisesAtCommit1763850000000 } from './migrations/check-promises-at-commit.migration.ts';
import { CreateRides1763800000000 } from './migrations/create-rides.migration.ts';
import { FareSubscriber } from './payment/fare.subscriber.ts';
import { PositionController } from './position/position.controller.ts';
import { PositionPublisher } from './position/position.publisher.ts';
import { RideCommands } from './ride/ride-commands.ts';
import { RideController } from './ride/ride.controller.ts';
import { RideProcess } from './ride/ride-process.ts';
import { RidePublisher } from './ride/ride.publisher.ts';
import { RideTable } from './ride/ride-table.ts';

/** A device waits no longer for a broker than it would for an answer. */
const deliveryTimeoutMs = 10_000;

@Module({
  imports: [
    DatabaseModule.forRoot({
      migrations: [
        ...eventStoreMigrations,
        ...outboxMigrations,
        CreateParkedMessages1700000000001,
        CreateIdempotencyKeys1700000000002,
        CreateRides1763800000000,
        CheckPromisesAtCommit1763850000000,
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
        produces: [topics.userPosition, topics.taxiPosition, topics.rideEvents],
        producer: { deliveryTimeoutMs },
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
        // A fare that cannot be taken waits with all that follows on its ride; others go on.
        dataSource,
      }),
    }),
    RedriveModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ topics: [topics.rideFares], dataSource }),
    }),
    EventStoreModule.forRoot({ inject: [Metrics], useFactory: (metrics: Metrics) => ({ metrics }) }),
    OutboxModule.forRoot({
      inject: [MessageProducer, HealthChecks, Metrics],
      useFactory: (producer: MessageProducer, health: HealthChecks, metrics: Metrics) => ({
        publisher: new KafkaOutboxPublisher(producer),
        health,
        metrics,
      }),
    }),
  ],
  controllers: [PositionController, FleetController, RideController, FareSubscriber],
  providers: [
    IdempotentCommands,
    PositionPublisher,
    Fleet,
    RidePublisher,
    RideTable,
    RideProcess,
    RideCommands,
    Matcher,
    Deadlines,
  ],
})
export class AppModule {}
