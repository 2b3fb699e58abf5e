/**
 * Dead letters, parked keys, the inbox and subscriptions of one service over REST, for the console. Import it beside `MessagingModule`; who may
 * call it is the service's to say (its guards hold here too).
 */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { TopicContract } from '@headwater/contract-kit';
import type { DataSource } from 'typeorm';
import type { KafkaClient } from '../client/index.ts';
import { EventCodec } from '../codec/index.ts';
import { KafkaTransport } from '../consumer/index.ts';
import { ParkedKeys } from '../parking/index.ts';
import { MessageProducer } from '../producer/index.ts';
import { DeadLetterController } from './dead-letter.controller.ts';
import { DeadLetterDesk } from './dead-letter-desk.ts';
import { ParkedKeyController } from './parked-key.controller.ts';
import { InboxController, REDRIVE_DATA_SOURCE } from './inbox.controller.ts';
import { ParkedDesk } from './parked-desk.ts';
import { REDRIVE_TOPICS } from './redrive-requests.ts';
import { SubscriptionController } from './subscription.controller.ts';

/** What the REST routes of redrive work with. */
export interface RedriveModuleOptions {
  /** The topics that the service subscribes to. */
  readonly topics: readonly TopicContract[];
  /** Where parked keys are; without it there are none. */
  readonly dataSource?: DataSource;
}

export interface RedriveModuleAsyncOptions {
  readonly inject?: NonNullable<FactoryProvider['inject']>;
  // Nest gives the injected values by position; their types are the caller's.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly useFactory: (...injected: any[]) => RedriveModuleOptions;
}

const OPTIONS = Symbol('headwater.redrive.options');

/** Dead letters and parked keys over REST. */
@Module({})
export class RedriveModule {
  static forRootAsync({ inject = [], useFactory }: RedriveModuleAsyncOptions): DynamicModule {
    return {
      module: RedriveModule,
      controllers: [DeadLetterController, ParkedKeyController, SubscriptionController, InboxController],
      providers: [
        { provide: OPTIONS, inject, useFactory },
        {
          provide: DeadLetterDesk,
          inject: [OPTIONS, MessageProducer, KafkaTransport, EventCodec],
          useFactory: (
            { topics }: RedriveModuleOptions,
            producer: MessageProducer,
            transport: KafkaTransport,
            codec: EventCodec,
          ) => new DeadLetterDesk({ client: transport.unwrap<KafkaClient>(), producer, codec, topics }),
        },
        {
          provide: ParkedDesk,
          inject: [OPTIONS, EventCodec],
          useFactory: ({ topics, dataSource }: RedriveModuleOptions, codec: EventCodec) =>
            dataSource ? new ParkedDesk({ keys: new ParkedKeys(dataSource), codec, topics }) : undefined,
        },
        {
          provide: REDRIVE_DATA_SOURCE,
          inject: [OPTIONS],
          useFactory: ({ dataSource }: RedriveModuleOptions) => dataSource,
        },
        { provide: REDRIVE_TOPICS, inject: [OPTIONS], useFactory: ({ topics }: RedriveModuleOptions) => topics },
      ],
      exports: [DeadLetterDesk, ParkedDesk],
    };
  }
}
