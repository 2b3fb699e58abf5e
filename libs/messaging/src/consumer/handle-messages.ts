/**
 * The seam between the lanes and what handles their messages: the controller's method through Nest, and whatever is wrapped around
 * it (a transaction, an inbox, a trace).
 */
import type { TopicMessage } from '../message/index.ts';

/** What an attempt is given besides its messages. */
export interface HandlingAttempt {
  /** Aborts when the attempt's deadline has passed; what is under way must end then, and leave no effect if it can. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
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
