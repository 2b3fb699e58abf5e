/**
 * The seam between the lanes and what handles their messages: the controller's method through Nest, and whatever is wrapped around
 * it (a transaction, an inbox, a trace).
 */
import type { EntityManager } from 'typeorm';
import type { EventContract, EventValue, TopicContract } from '@headwater/contract-kit';
import type { RecordToWrite } from '../client/index.ts';
import type { TopicMessage } from '../message/index.ts';

/** What an attempt is given besides its messages. */
export interface HandlingAttempt {
  /** Aborts when the attempt's deadline has passed; what is under way must end then, and leave no effect if it can. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** With `exactly-once-effect`: of the transaction that the message's effects belong to. */
  readonly manager?: EntityManager;
  /** With `exactly-once`: what is sent through it becomes visible with the commit of the message, or never. */
  readonly output?: TransactionOutput;
}

/** Takes records that belong to the transaction of the message that is handled. */
export interface TransactionOutput {
  /** An event by contract. @throws {MessagingError | ContractError} `EVENT_INVALID`, `KEY_MISSING`, `NOT_REGISTERED` */
  send<Topic extends TopicContract, Event extends Topic['events'][keyof Topic['events']] & EventContract>(
    topic: Topic,
    event: Event,
    value: EventValue<Event>,
    options?: OutputOptions,
  ): void;
  /** Deletes a key's state in a compacted topic. */
  sendTombstone(topic: TopicContract & { readonly compacted: true }, key: string, options?: OutputOptions): void;
  /** A record as it is. */
  sendEncoded(topic: string, record: RecordToWrite): void;
}

/** What a result carries besides its event. */
export interface OutputOptions {
  /** The event's `eventId`, when not given. */
  readonly messageId?: string;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

/**
 * Handles messages of one lane, in order, as one piece of work. Calls of different lanes run side by side.
 *
 * A rejection is the original error and means that no message was handled; a {@link PartialFailure} says that some were.
 */
export type HandleMessages = (messages: readonly TopicMessage[], attempt: HandlingAttempt) => Promise<void>;

/**
 * A piece of work of which the first `handled` messages are done for good and the next one failed with `cause`. The messages after
 * it are handled in a call of their own once the failed one is settled by its policy.
 */
export class PartialFailure extends Error {
  override readonly name = 'PartialFailure';

  constructor(
    readonly handled: number,
    override readonly cause: unknown,
  ) {
    super(`Message ${handled} of a batch failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
