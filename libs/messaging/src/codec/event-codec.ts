/**
 * Events <-> record values, by contract and registry.
 *
 * Written: each event's schema is registered once under its topic's subject, which takes no version that breaks another
 * (FULL_TRANSITIVE); from then on encoding is synchronous. Read: the writer's schema is fetched by its id once, and resolved to the
 * contract's schema, which is the reader's; so a record that an older or a newer service wrote is read as this service knows it.
 */
import { Logger } from '@nestjs/common';
import {
  ContractError,
  type EventContract,
  type EventValue,
  type TopicContract,
  type TopicEvent,
} from '@headwater/contract-kit';
import { pauseMs, systemClock, type Backoff, type Clock } from '../clock/index.ts';
import { MessagingError } from '../errors/index.ts';
import { RegistryClient, RegistryRefusal } from './registry-client.ts';
import { frame, headerBytes, schemaIdAt } from './wire-format.ts';

type Decoder = (source: Buffer, start: number, end: number) => TopicEvent<TopicContract>;

const registerBackoff: Backoff = { firstMs: 200, maxMs: 5_000 };

/** The registry's code for a schema that it does not know. */
const schemaUnknown = 40_403;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A registered schema's full name; undefined when it is no named type. */
function nameIn(schema: string): string | undefined {
  const parsed = JSON.parse(schema) as { name?: unknown; namespace?: unknown } | string | null;
  if (typeof parsed !== 'object' || parsed === null || typeof parsed.name !== 'string') return undefined;
  const { name, namespace } = parsed;
  return name.includes('.') || typeof namespace !== 'string' ? name : `${namespace}.${name}`;
}

/** Encodes and decodes events of topics, by contract and registry. */
export class EventCodec {
  private readonly registry: RegistryClient;
  private readonly logger = new Logger('EventCodec');
  private readonly writers = new Map<number, Promise<string>>();
  private readonly schemaIds = new Map<string, number>();
  /** By the contract itself: a view of a topic is read by decoders of its own. */
  private readonly decoders = new WeakMap<TopicContract, Map<number, Decoder>>();

  constructor(
    private readonly registryUrl: string,
    private readonly clock: Clock = systemClock,
  ) {
    this.registry = new RegistryClient(registryUrl);
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
        await this.guard(subject, signal);
        this.schemaIds.set(subject, await this.registry.register(subject, event.schema));
      } catch (error) {
        if (error instanceof RegistryRefusal && !error.passing) throw refusedSchema(subject, error);
        if (signal?.aborted) throw this.unavailable('does not answer', error);
        this.logger.warn(`registry ${this.shownUrl}: ${textOf(error)}; trying again to register ${subject}`);
        await this.clock.sleep(pauseMs(registerBackoff, attempt), signal);
      }
    }
  }

  /** A service that may register, but not configure, goes by what the registry has been set to. */
  private async guard(subject: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.registry.guard(subject, signal);
    } catch (error) {
      if (!(error instanceof RegistryRefusal) || error.passing) throw error;
      this.logger.warn(
        `the registry does not let this service set the compatibility of ${subject} to FULL_TRANSITIVE: ${error.message}. ` +
          'Set it there, or only the check of the contracts keeps a change from breaking readers',
      );
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
    const schemaId = schemaIdAt(value, 0, value.length);
    const decoders = this.decodersOf(topic);
    let decoder = decoders.get(schemaId);
    if (!decoder) {
      decoder = await this.decoderOf(topic, schemaId);
      decoders.set(schemaId, decoder);
    }
    return decoder(value, headerBytes, value.length) as TopicEvent<Topic>;
  }

  /** Whether `decodeKnown` can decode the bytes. @throws {MessagingError} `RECORD_UNREADABLE` */
  isKnown(topic: TopicContract, value: Buffer): boolean {
    return this.isKnownAt(topic, value, 0, value.length);
  }

  /** The same of the value from `start` to before `end` of a buffer: a view of each value would cost as much as to look at it. */
  isKnownAt(topic: TopicContract, source: Buffer, start: number, end: number): boolean {
    return this.decodersOf(topic).has(schemaIdAt(source, start, end));
  }

  /**
   * The same without waiting; undefined when the writer's schema is not known yet, which `decode` of the same bytes finds out.
   * @throws {MessagingError | ContractError} as `decode` does, but never `REGISTRY_UNAVAILABLE`.
   */
  decodeKnown<Topic extends TopicContract>(topic: Topic, value: Buffer): TopicEvent<Topic> | undefined {
    return this.decodeKnownAt(topic, value, 0, value.length);
  }

  /** The same of the value from `start` to before `end` of a buffer. */
  decodeKnownAt<Topic extends TopicContract>(
    topic: Topic,
    source: Buffer,
    start: number,
    end: number,
  ): TopicEvent<Topic> | undefined {
    const decoder = this.decodersOf(topic).get(schemaIdAt(source, start, end));
    return decoder?.(source, start + headerBytes, end) as TopicEvent<Topic> | undefined;
  }

  private decodersOf(topic: TopicContract): Map<number, Decoder> {
    const known = this.decoders.get(topic);
    if (known) return known;
    const none = new Map<number, Decoder>();
    this.decoders.set(topic, none);
    return none;
  }

  private async decoderOf(topic: TopicContract, schemaId: number): Promise<Decoder> {
    const writer = await this.writerOf(schemaId);
    const name = nameIn(writer);
    const event = Object.values(topic.events).find(({ names }) => name !== undefined && names.includes(name));
    if (!event)
      throw new MessagingError(
        'RECORD_UNREADABLE',
        `Schema ${schemaId} is ${name ?? 'no record'}; topic ${topic.name} carries ${Object.keys(topic.events).join(', ')}`,
      );
    const decode = event.decoderFor(writer);
    return (source, start, end) => ({ name: event.name, value: decode(source, start, end) });
  }

  /**
   * A writer's schema, as it was registered. Asked for once, however many records wait for it.
   * @throws {MessagingError} `RECORD_UNREADABLE` when the registry does not know it, `REGISTRY_UNAVAILABLE` when it did not tell.
   */
  writerOf(schemaId: number): Promise<string> {
    const known = this.writers.get(schemaId);
    if (known) return known;
    const asked = this.askForWriter(schemaId).finally(() => this.writers.delete(schemaId));
    this.writers.set(schemaId, asked);
    return asked;
  }

  private async askForWriter(schemaId: number): Promise<string> {
    try {
      return await this.registry.schemaText(schemaId);
    } catch (error) {
      if (error instanceof RegistryRefusal && error.errorCode === schemaUnknown)
        throw new MessagingError('RECORD_UNREADABLE', `The registry at ${this.shownUrl} knows no schema ${schemaId}`, {
          cause: error,
        });
      throw this.unavailable(`did not tell schema ${schemaId}`, error);
    }
  }

  private unavailable(what: string, cause: unknown): MessagingError {
    return new MessagingError('REGISTRY_UNAVAILABLE', `The registry at ${this.shownUrl} ${what}: ${textOf(cause)}`, {
      cause,
    });
  }

  /** Without the password. */
  private get shownUrl(): string {
    return this.registryUrl.replace(/\/\/[^/@]*@/, '//');
  }
}

function refusedSchema(subject: string, cause: RegistryRefusal): MessagingError {
  const remedy =
    cause.status === 409
      ? '. Give a new field a default and keep the old ones, or make a new event: see docs/guides/evolving-an-event.md'
      : '';
  return new MessagingError(
    'SCHEMA_REFUSED',
    // The registry repeats the whole earlier schema, which hides the reason.
    `The registry refused the schema of subject ${subject}: ${cause.message.replace(/, \{oldSchema: '.*?'\}(?=[,\]])/, '')}${remedy}`,
    { cause },
  );
}

/** Whether an error says that a record's bytes will never be readable here. */
export function isUnreadable(error: unknown): boolean {
  return (error instanceof MessagingError && error.code === 'RECORD_UNREADABLE') || error instanceof ContractError;
}
