import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { topics } from '@headwater/contracts';
import {
  createKafkajsClient,
  EventCodec,
  MessageProducer,
  MessagingModule,
  systemClock,
  TopicSetup,
} from '@headwater/messaging';
import {
  HealthChecks,
  KafkaConfig,
  Metrics,
  SERVICE_CONTEXT,
  ServiceConfig,
  type ServiceContext,
} from '@headwater/service-kit';
import { readConnectorFiles, type ConnectorFile, type Environment } from './configuration/index.ts';
import { ConnectConfig } from './connect-config.ts';
import { connectorPlugins } from './connectors/index.ts';
import { LakeModule } from './lake/index.ts';
import {
  ConnectorController,
  ConnectorPluginController,
  Connectors,
  ENVIRONMENT,
  ForwardToLeader,
  RootController,
} from './rest/index.ts';
import { Plugins, Worker } from './worker/index.ts';
import { CONNECTOR_FILES, WorkerTransport } from './worker-transport.ts';

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [SERVICE_CONTEXT, KafkaConfig, Metrics],
      useFactory: (context: ServiceContext, kafka: KafkaConfig, metrics: Metrics) => ({
        clientId: context.name,
        ...kafka.cluster,
        registryUrl: kafka.schemaRegistryUrl,
        produces: [topics.bankTransactions],
        metrics,
        stopping: context.stopping,
      }),
    }),
    LakeModule,
  ],
  controllers: [RootController, ConnectorController, ConnectorPluginController],
  providers: [
    ForwardToLeader,
    { provide: ENVIRONMENT, useValue: process.env },
    {
      provide: Plugins,
      inject: [Metrics],
      useFactory: (metrics: Metrics) => new Plugins(connectorPlugins(metrics)),
    },
    {
      provide: CONNECTOR_FILES,
      inject: [ConnectConfig],
      useFactory: ({ connectorsFolder }: ConnectConfig) => readConnectorFiles(connectorsFolder),
    },
    {
      provide: Worker,
      inject: [
        SERVICE_CONTEXT,
        KafkaConfig,
        ConnectConfig,
        Plugins,
        MessageProducer,
        EventCodec,
        TopicSetup,
        Metrics,
        ENVIRONMENT,
      ],
      useFactory: (
        context: ServiceContext,
        kafka: KafkaConfig,
        config: ConnectConfig,
        plugins: Plugins,
        producer: MessageProducer,
        codec: EventCodec,
        topicSetup: TopicSetup,
        metrics: Metrics,
        environment: Environment,
      ) => {
        const client = createKafkajsClient({ clientId: context.name, ...kafka.cluster, clock: systemClock });
        const settings = {
          cluster: config.connectCluster,
          bootstrapServers: kafka.kafkaBootstrapServers,
          registryUrl: kafka.schemaRegistryUrl,
          sessionTimeoutMs: config.connectSessionTimeoutMs,
          firstPauseMs: FIRST_PAUSE_MS,
          maxPauseMs: MAX_PAUSE_MS,
          environment,
        };
        return new Worker({ settings, plugins, client, producer, codec, topicSetup, metrics, clock: systemClock });
      },
    },
    {
      provide: Connectors,
      inject: [Worker, Plugins, ENVIRONMENT],
      useFactory: (worker: Worker, plugins: Plugins, environment: Environment) =>
        new Connectors(worker, plugins, environment),
    },
    {
      provide: WorkerTransport,
      inject: [Worker, Connectors, CONNECTOR_FILES, ConnectConfig, ServiceConfig, HttpAdapterHost, HealthChecks],
      useFactory: (
        worker: Worker,
        connectors: Connectors,
        files: readonly ConnectorFile[],
        config: ConnectConfig,
        service: ServiceConfig,
        host: HttpAdapterHost,
        health: HealthChecks,
      ) => new WorkerTransport(worker, connectors, files, config, service, host, health),
    },
  ],
})
export class AppModule {}
