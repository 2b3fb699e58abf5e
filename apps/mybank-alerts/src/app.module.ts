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
  DatabaseModule,
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  type ServiceContext,
} from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { AlertPages } from './alert/alert-pages.ts';
import { AlertSignal } from './alert/alert-signal.ts';
import { AlertController } from './alert/alert.controller.ts';
import { ChannelController } from './channel/channel.controller.ts';
import { Channels } from './channel/channels.ts';
import { AlertPublisher } from './detection/alert.publisher.ts';
import { Judgement } from './detection/judgement.ts';
import { TransactionSubscriber } from './detection/transaction.subscriber.ts';
import { CreateAlerts1763700000000 } from './migrations/create-alerts.migration.ts';
import { DeadNotificationController } from './notification/dead-notification.controller.ts';
import { DeadNotifications } from './notification/dead-notifications.ts';
import { MailSender } from './notification/mail-sender.ts';
import { NotificationQueue } from './notification/notification-queue.ts';
import { NotificationSender } from './notification/notification-sender.ts';
import { Notifier } from './notification/notifier.ts';
import { WebhookSender } from './notification/webhook-sender.ts';
import { SettingsPublisher } from './threshold/settings.publisher.ts';
import { ThresholdCommands } from './threshold/threshold-commands.ts';
import { ThresholdController } from './threshold/threshold.controller.ts';

@Module({
  imports: [
    DatabaseModule.forRoot({
      migrations: [
        ...eventStoreMigrations,
        ...outboxMigrations,
        CreateParkedMessages1700000000001,
        CreateAlerts1763700000000,
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
        produces: [topics.userSettings, topics.userAlerts],
        health,
        metrics,
        stopping: context.stopping,
        onStalled: context.fail,
        // A transaction that cannot be judged waits with all that follows on its account; others go on.
        dataSource,
      }),
    }),
    RedriveModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ topics: [topics.bankTransactions], dataSource }),
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
  controllers: [
    ThresholdController,
    AlertController,
    ChannelController,
    DeadNotificationController,
    TransactionSubscriber,
  ],
  providers: [
    ThresholdCommands,
    SettingsPublisher,
    Judgement,
    AlertPublisher,
    AlertPages,
    AlertSignal,
    Channels,
    NotificationQueue,
    NotificationSender,
    WebhookSender,
    MailSender,
    DeadNotifications,
    Notifier,
  ],
})
export class AppModule {}
