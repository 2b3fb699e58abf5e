/**
 * Events <-> record values, by contract and registry.
 *
 * Written: each event's schema is registered once under its topic's subject; from then on encoding is synchronous. Read: the
 * writer's schema is fetched by its id once, and resolved to the contract's schema, which is the reader's; so a record that a
 * newer service wrote is read as this service knows it.
 */
import { Logger } from '@nestjs/common';
import registryClient from '@kafkajs/confluent-schema-registry';
import {
  ContractError,
  type EventContract,
  type EventValue,
  type TopicContract,
  type TopicEvent,
} from '@headwater/contracts';
import { pauseMs, systemClock, type Backoff, type Clock } from '../clock/index.ts';
import { MessagingError } from '../errors/index.ts';
import { frame, unframe } from './wire-format.ts';

const { COMPATIBILITY, SchemaRegistry, SchemaType } = registryClient;

type Registry = InstanceType<typeof SchemaRegistry>;
type Decoder = (body: Buffer) => TopicEvent<TopicContract>;

const registerBackoff: Backoff = { firstMs: 200, maxMs: 5_000 };

/** The registry refuses the schema, or us. Its client reports a refused connection as status 400, so that is none. */
const refusals: ReadonlySet<unknown> = new Set([401, 403, 409, 422]);

/** The registry's client insists on one compatibility; a subject that an operator gave another keeps it. */
function ownCompatibilityOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ConfluentSchemaRegistryCompatibilityError') return undefined;
  return /\(\w+ != (\w+)\)/.exec(error.message)?.[1];
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The writer's schema as JSON text, from the Avro type that the registry's client made of it. */
interface WriterType {
  name?: string;
  schema(options: { exportAttrs: boolean }): unknown;
}

export class EventCodec {
  private readonly registry: Registry;
  private readonly logger = new Logger('EventCodec');
  private readonly schemaIds = new Map<string, number>();
  private readonly decoders = new Map<string, Map<number, Decoder>>();

  constructor(
    private readonly registryUrl: string,
    private readonly clock: Clock = systemClock,
  ) {
    this.registry = new SchemaRegistry({ host: registryUrl, retry: { retries: 1, maxRetryTimeInSecs: 1 } });
  }

  /**
   * Registers the schemas of the topics' events; waits for the registry for as long as it takes, or until the signal aborts.
   * @throws {MessagingError} `SCHEMA_REFUSED` with the registry's reason; `REGISTRY_UNAVAILABLE` when aborted.
   */
  async register(topics: readonly TopicContract[], signal?: AbortSignal): Promise<void> {
    for (const topic of topics)
      for (const event of Object.values(topic.events)) await this.registerEvent(topic, event, signal);
  }

  private async registerEvent(topic: TopicContract, event: EventContract, signal?: AbortSignal): Promise<void> {
    const subject = topic.subjectOf(event);
    for (let attempt = 1; !this.schemaIds.has(subject); attempt++) {
      try {
        this.schemaIds.set(subject, await this.registerSchema(subject, event.schema));
      } catch (error) {
        if (refusals.has(statusOf(error)))
          throw new MessagingError(
            'SCHEMA_REFUSED',
            `The registry refused the schema of subject ${subject}: ${textOf(error)}`,
            {
              cause: error,
            },
          );
        if (signal?.aborted)
          throw new MessagingError(
            'REGISTRY_UNAVAILABLE',
            `The registry at ${this.registryUrl} does not answer: ${textOf(error)}`,
            {
              cause: error,
            },
          );
        this.logger.warn(`registry ${this.registryUrl}: ${textOf(error)}; trying again to register ${subject}`);
        await this.clock.sleep(pauseMs(registerBackoff, attempt), signal);
      }
    }
  }

  private async registerSchema(subject: string, schema: string): Promise<number> {
    const confluentSchema: Parameters<Registry['register']>[0] = { type: SchemaType.AVRO, schema };
    try {
      return (await this.registry.register(confluentSchema, { subject })).id;
    } catch (error) {
      const compatibility = ownCompatibilityOf(error) as keyof typeof COMPATIBILITY | undefined;
      if (compatibility === undefined) throw error;
      return (await this.registry.register(confluentSchema, { subject, compatibility: COMPATIBILITY[compatibility] }))
        .id;
    }
  }

  /** The id under which a topic's event was registered. @throws {MessagingError} `NOT_REGISTERED` */
  schemaIdOf(topic: TopicContract, event: EventContract): number {
    const subject = topic.subjectOf(event);
    const id = this.schemaIds.get(subject);
    if (id === undefined)
      throw new MessagingError(
        'NOT_REGISTERED',
        `Subject ${subject} is not registered: name topic ${topic.name} among the topics that are produced`,
      );
    return id;
  }

  /** A record's value. @throws {MessagingError | ContractError} `NOT_REGISTERED`, `EVENT_INVALID` */
  encode<Event extends EventContract>(topic: TopicContract, event: Event, value: EventValue<Event>): Buffer {
    return frame(this.schemaIdOf(topic, event), event.encode(value));
  }

  /**
   * The event in a record's value, resolved to the contract.
   * @throws {MessagingError | ContractError} `RECORD_UNREADABLE`, `EVENT_UNREADABLE`, `SCHEMA_UNREADABLE` when the bytes never will be
   *   an event of this topic; `REGISTRY_UNAVAILABLE` when the registry did not tell the schema.
   */
  async decode<Topic extends TopicContract>(topic: Topic, value: Buffer): Promise<TopicEvent<Topic>> {
    const { schemaId, body } = unframe(value);
    const decoders = this.decodersOf(topic);
    let decoder = decoders.get(schemaId);
    if (!decoder) {
      decoder = await this.decoderOf(topic, schemaId);
      decoders.set(schemaId, decoder);
    }
    return decoder(body) as TopicEvent<Topic>;
  }

  /**
   * The same without waiting; undefined when the writer's schema is not known yet, which `decode` of the same bytes finds out.
   * @throws {MessagingError | ContractError} as `decode` does, but never `REGISTRY_UNAVAILABLE`.
   */
  decodeKnown<Topic extends TopicContract>(topic: Topic, value: Buffer): TopicEvent<Topic> | undefined {
    const { schemaId, body } = unframe(value);
    return this.decodersOf(topic).get(schemaId)?.(body) as TopicEvent<Topic> | undefined;
  }

  private decodersOf(topic: TopicContract): Map<number, Decoder> {
    const known = this.decoders.get(topic.name) ?? new Map<number, Decoder>();
    this.decoders.set(topic.name, known);
    return known;
  }

  private async decoderOf(topic: TopicContract, schemaId: number): Promise<Decoder> {
    const writer = (await this.writerOf(schemaId)) as WriterType;
    const event = writer.name === undefined ? undefined : topic.events[writer.name];
    if (!event)
      throw new MessagingError(
        'RECORD_UNREADABLE',
        `Schema ${schemaId} is ${writer.name ?? 'no record'}; topic ${topic.name} carries ${Object.keys(topic.events).join(', ')}`,
      );
    const decode = event.decoderFor(JSON.stringify(writer.schema({ exportAttrs: true })));
    return (body) => ({ name: event.name, value: decode(body) });
  }

  private async writerOf(schemaId: number): Promise<unknown> {
    try {
      return await this.registry.getSchema(schemaId);
    } catch (error) {
      if (statusOf(error) === 404)
        throw new MessagingError(
          'RECORD_UNREADABLE',
          `The registry at ${this.registryUrl} knows no schema ${schemaId}`,
          { cause: error },
        );
      throw new MessagingError(
        'REGISTRY_UNAVAILABLE',
        `The registry at ${this.registryUrl} did not tell schema ${schemaId}: ${textOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}

/** Whether an error says that a record's bytes will never be readable here. */
export function isUnreadable(error: unknown): boolean {
  return (error instanceof MessagingError && error.code === 'RECORD_UNREADABLE') || error instanceof ContractError;
}
