/** Topologies in a Nest service: started with it, part of its health and metrics, and stopped in order. */
import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { createKafkajsClient, systemClock, type ClusterAccess, type HealthPort } from '@headwater/messaging';
import { startStreams, type StreamsOptions } from '../runtime/index.ts';
import type { Topology } from '../topology/index.ts';
import { Streams } from './streams.ts';

/** What a service streams, and on which Kafka. */
export interface StreamsModuleOptions extends Omit<StreamsOptions, 'topology' | 'client' | 'clock'>, ClusterAccess {
  readonly topologies: readonly Topology[];
  readonly health?: HealthPort;
  /** Aborted when the service is told to stop while it still starts. */
  readonly stopping?: AbortSignal;
}

/** Where the options of streams come from. */
export interface StreamsAsyncOptions {
  readonly inject: NonNullable<FactoryProvider['inject']>;
  // Nest gives the injected values by position; their types are the caller's.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly useFactory: (...injected: any[]) => StreamsModuleOptions | Promise<StreamsModuleOptions>;
}

const OPTIONS = Symbol('headwater.streams.options');

/** A topology in a Nest service, with health and metrics. */
@Module({})
export class StreamsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(OPTIONS) private readonly options: StreamsModuleOptions,
    @Inject(Streams) private readonly streams: Streams,
  ) {}

  static forRootAsync(options: StreamsAsyncOptions): DynamicModule {
    return {
      module: StreamsModule,
      global: true,
      providers: [{ provide: OPTIONS, inject: options.inject, useFactory: options.useFactory }, Streams],
      exports: [Streams],
    };
  }

  /** The service starts when its topologies have joined; readiness waits until they are restored. */
  async onApplicationBootstrap(): Promise<void> {
    const { clientId, bootstrapServers, security, topologies, health, stopping, ...options } = this.options;
    const access = { clientId, bootstrapServers, ...(security && { security }) };
    const check = (kind: 'ready' | 'live') => () => Promise.resolve(this.streams.health(kind, topologies.length));
    health?.add('ready', 'streams', check('ready'));
    health?.add('live', 'streams', check('live'));
    for (const topology of topologies) {
      const client = createKafkajsClient({ ...access, clock: systemClock });
      this.streams.add(topology.applicationId, await startStreams({ ...options, topology, client }, stopping));
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.streams.all().map((app) => app.close()));
  }
}
