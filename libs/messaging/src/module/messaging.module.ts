/** Messaging in a Nest service: one client, codec, producer and transport, set up at start and closed in order. */
import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import type { NestMicroservice } from '@nestjs/microservices';
import type { DataSource } from 'typeorm';
import type { TopicContract } from '@headwater/contract-kit';
import { systemClock, type Clock } from '../clock/index.ts';
import type { ClusterAccess, KafkaClient } from '../client/index.ts';
import { EventCodec } from '../codec/index.ts';
import { KafkaTransport, OriginalErrorFilter, type MetricsPort, type TransportHealth } from '../consumer/index.ts';
import { defaultInboxPrunerOptions, InboxPruner, type InboxPrunerOptions } from '../inbox/index.ts';
import { PipelinedStatements } from '../effects/index.ts';
import { createKafkajsClient } from '../kafkajs/index.ts';
import { deliveryKinds } from './delivery-kinds.ts';
import { defaultProducerOptions, MessageProducer, type ProducerOptions } from '../producer/index.ts';
import { TopicSetup } from '../topics/index.ts';

/** Where checks are registered; the service kit's `HealthChecks` fits. */
export interface HealthPort {
  add(kind: 'ready' | 'live', name: string, check: () => Promise<TransportHealth>): void;
}

/** What a service sends, receives and is connected to. */
export interface MessagingOptions extends ClusterAccess {
  readonly registryUrl: string;
  /** Topics that the service writes: created, and their schemas registered, before it takes requests. Default: none. */
  readonly produces?: readonly TopicContract[];
  readonly producer?: Partial<ProducerOptions>;
  /**
   * The service's database, with this lib's migrations: for parked keys (`CreateParkedMessages…`) and for `exactly-once-effect`
   * (`CreateInbox…`), which takes a connection for each of a subscription's `transactions`.
   */
  readonly dataSource?: DataSource;
  readonly health?: HealthPort;
  /** Where metrics are registered; the service kit's fits. All names begin with `messaging_`. */
  readonly metrics?: MetricsPort;
  /** How long inbox entries are kept (30 days) and how often old ones are forgotten (hourly); `false`: the service prunes itself. */
  readonly inbox?: Partial<InboxPrunerOptions> | false;
  /** Aborted when the service is told to stop while it still starts. */
  readonly stopping?: AbortSignal;
  /** Called when a subscription has made no progress for so long that only a restart may help. */
  readonly onStalled?: (error: Error) => void;
}

/** Where the options of messaging come from. */
export interface MessagingAsyncOptions {
  readonly inject: NonNullable<FactoryProvider['inject']>;
  // Nest gives the injected values by position; their types are the caller's.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly useFactory: (...injected: any[]) => MessagingOptions | Promise<MessagingOptions>;
}

const OPTIONS = Symbol('headwater.messaging.options');
const CLIENT = Symbol('headwater.messaging.client');
const clock: Clock = systemClock;

/** Messaging in a Nest service: client, codec, producer and subscriptions. */
@Module({})
export class MessagingModule implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private pruner: InboxPruner | undefined;

  constructor(
    @Inject(OPTIONS) private readonly options: MessagingOptions,
    @Inject(TopicSetup) private readonly topicSetup: TopicSetup,
    @Inject(EventCodec) private readonly codec: EventCodec,
    @Inject(MessageProducer) private readonly producer: MessageProducer,
    @Inject(KafkaTransport) private readonly transport: KafkaTransport,
  ) {}

  static forRootAsync(options: MessagingAsyncOptions): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [
        { provide: OPTIONS, inject: options.inject, useFactory: options.useFactory },
        {
          provide: CLIENT,
          inject: [OPTIONS],
          useFactory: ({ clientId, bootstrapServers, security }: MessagingOptions) =>
            createKafkajsClient({ clientId, bootstrapServers, ...(security && { security }), clock }),
        },
        {
          provide: EventCodec,
          inject: [OPTIONS],
          useFactory: ({ registryUrl }: MessagingOptions) => new EventCodec(registryUrl, clock),
        },
        { provide: TopicSetup, inject: [CLIENT], useFactory: (client: KafkaClient) => new TopicSetup(client, clock) },
        {
          provide: MessageProducer,
          inject: [CLIENT, EventCodec, OPTIONS],
          useFactory: (client: KafkaClient, codec: EventCodec, { producer, metrics }: MessagingOptions) =>
            new MessageProducer(client, codec, { ...defaultProducerOptions, ...producer }, clock, metrics),
        },
        {
          provide: KafkaTransport,
          inject: [CLIENT, EventCodec, MessageProducer, TopicSetup, OPTIONS],
          useFactory: (
            client: KafkaClient,
            codec: EventCodec,
            producer: MessageProducer,
            topicSetup: TopicSetup,
            given: MessagingOptions,
          ) =>
            new KafkaTransport({
              client,
              codec,
              producer,
              topicSetup,
              clock,
              metrics: given.metrics,
              dataSource: given.dataSource,
              deliveryKinds,
              runStatement: given.dataSource && new PipelinedStatements(given.dataSource).query,
              onStalled: (error) => given.onStalled?.(error),
            }),
        },
      ],
      exports: [EventCodec, MessageProducer, KafkaTransport, TopicSetup],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    const { produces = [], stopping, health } = this.options;
    health?.add('ready', 'kafka', () => Promise.resolve(this.transport.ready()));
    health?.add('live', 'kafka', () => Promise.resolve(this.transport.live()));
    await this.topicSetup.ensure(produces, stopping);
    await this.codec.register(produces, stopping);
    this.pruneInbox();
  }

  /** Before the service's database goes. */
  async onModuleDestroy(): Promise<void> {
    await this.pruner?.close();
  }

  private pruneInbox(): void {
    const { dataSource, inbox, metrics } = this.options;
    if (!dataSource || inbox === false) return;
    this.pruner = new InboxPruner(dataSource, { ...defaultInboxPrunerOptions, ...inbox }, metrics, clock);
    this.pruner.start();
  }

  /** Consumers are closed by then: Nest closes microservices first. */
  async onApplicationShutdown(): Promise<void> {
    await this.producer.close();
  }
}

/** Connects the subscriptions of the application's controllers. Call it before the application initializes. */
export function connectMessaging(app: INestApplication): void {
  const transport = app.get(KafkaTransport);
  // Deferred, since filters come before the handlers are collected; the application itself calls the modules' hooks.
  const microservice = app.connectMicroservice(
    { strategy: transport },
    { deferInitialization: true },
  ) as NestMicroservice;
  microservice.setIsInitHookCalled(true);
  microservice.useGlobalFilters(new OriginalErrorFilter());
}
