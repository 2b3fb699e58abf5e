/**
 * Tries a piece of work until it succeeds or its policy must decide.
 *
 * - `retriable`: tried again in its place after growing pauses, up to `limit` attempts.
 * - `outage`: what the handler stands on (database, broker) is away. Tried again for ever, and not counted: nothing is wrong with
 *   the record, and putting aside what comes meanwhile would put aside everything.
 * - `fatal`: not tried again.
 *
 * Deadline: after `deadlineMs` the attempt's signal aborts. The attempt counts as failed (`HANDLER_TIMEOUT`, retriable) when the
 * handler then ends with an error; one that ends well although late is done. No other attempt begins while it runs. A handler that
 * is still running after another `deadlineMs` is reported as `running`; the caller decides whether its lane waits for it.
 */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import { classifyFailure, type ClassifyFailure, type FailureKind } from '../errors/index.ts';
import type { TopicMessage } from '../message/index.ts';
import { inTraceOf } from '../telemetry/index.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { handlerTimeout } from './deadline.ts';
import { PartialFailure, type HandleMessages } from './handle-messages.ts';

export interface AttemptOptions {
  readonly group: string;
  readonly limit: number;
  readonly retry: Backoff;
  readonly deadlineMs: number | undefined;
  readonly classify: ClassifyFailure | undefined;
}

export interface FailedAttempts {
  /** How many of the messages are done, from the first; the next one failed. */
  readonly handled: number;
  readonly attempts: number;
  readonly error: unknown;
  /** Whether the failure is that message's own; else it may be any of those that are not done. */
  readonly narrowed: boolean;
  /** Resolves when the handler ends that went on beyond its deadline. */
  readonly running: Promise<void> | undefined;
}

type Outcome = { readonly ended: 'ok' } | { readonly ended: 'failed'; readonly error: unknown };

interface Attempted {
  readonly outcome: Outcome;
  readonly running: Promise<void> | undefined;
}

interface Failure {
  readonly kind: FailureKind;
  readonly error: unknown;
  readonly handled: number;
  readonly narrowed: boolean;
}

export class Attempts {
  private readonly logger = new Logger('Consumer');
  private readonly classify: ClassifyFailure;

  constructor(
    private readonly options: AttemptOptions,
    private readonly handle: HandleMessages,
    private readonly metrics: ConsumerMetrics,
    private readonly clock: Clock,
  ) {
    this.classify = options.classify ?? classifyFailure;
  }

  async run(messages: readonly TopicMessage[], stale: AbortSignal): Promise<'done' | 'stale' | FailedAttempts> {
    let handled = 0;
    let counted = 0;
    for (let attempt = 1; ; attempt++) {
      if (stale.aborted) return 'stale';
      const rest = messages.slice(handled);
      const { outcome, running } = await this.attempt(rest, attempt);
      if (outcome.ended === 'ok') return 'done';
      const failure = this.failureOf(outcome.error, rest);
      if (failure.handled > 0) counted = 0;
      handled += failure.handled;
      if (failure.kind !== 'outage') counted += 1;
      if (failure.kind === 'fatal' || counted >= this.options.limit || running)
        return { handled, attempts: counted, error: failure.error, narrowed: failure.narrowed, running };
      await this.pause(messages.slice(handled), attempt, failure.error, stale);
    }
  }

  /** Waits before the next attempt at something that failed `attempt` times. */
  async pause(
    messages: readonly Pick<TopicMessage, 'partition' | 'offset'>[],
    attempt: number,
    error: unknown,
    stale: AbortSignal,
  ): Promise<void> {
    const pause = pauseMs(this.options.retry, attempt);
    const [first] = messages;
    const place = `partition ${first!.partition} offset ${first!.offset}${messages.length > 1 ? ` and ${messages.length - 1} more` : ''}`;
    this.logger.warn(
      `group ${this.options.group}: ${place}: attempt ${attempt} failed: ${error instanceof Error ? error.message : String(error)}; again in ${Math.round(pause)} ms`,
    );
    await this.clock.sleep(pause, stale);
  }

  private failureOf(error: unknown, rest: readonly TopicMessage[]): Failure {
    const partial = error instanceof PartialFailure;
    const cause = partial ? error.cause : error;
    const handled = partial ? error.handled : 0;
    return { kind: this.classify(cause), error: cause, handled, narrowed: partial || rest.length === 1 };
  }

  private async attempt(messages: readonly TopicMessage[], attempt: number): Promise<Attempted> {
    const startedMs = this.clock.nowMs();
    const deadline = new AbortController();
    const ended = this.call(messages, attempt, deadline.signal);
    const attempted = await this.withDeadline(ended, deadline);
    const { outcome } = attempted;
    const label = outcome.ended === 'ok' ? 'ok' : this.failureOf(outcome.error, messages).kind;
    this.metrics.handled(messages.length, this.clock.nowMs() - startedMs, label);
    return attempted;
  }

  private async call(messages: readonly TopicMessage[], attempt: number, signal: AbortSignal): Promise<Outcome> {
    try {
      await inTraceOf(messages, this.options, () => this.handle(messages, { signal, attempt }));
      return { ended: 'ok' };
    } catch (error) {
      return { ended: 'failed', error };
    }
  }

  private async withDeadline(ended: Promise<Outcome>, deadline: AbortController): Promise<Attempted> {
    const { deadlineMs } = this.options;
    if (deadlineMs === undefined) return { outcome: await ended, running: undefined };
    const inTime = await this.orAfter(deadlineMs, ended);
    if (inTime) return { outcome: inTime, running: undefined };
    const timeout = handlerTimeout(deadlineMs);
    deadline.abort(timeout);
    const late = await this.orAfter(deadlineMs, ended);
    const failed: Outcome = { ended: 'failed', error: timeout };
    if (!late) return { outcome: failed, running: ended.then(() => undefined) };
    if (late.ended === 'ok') return { outcome: late, running: undefined };
    // How far it came is kept; why it ended is the deadline.
    const { error } = late;
    const outcome = error instanceof PartialFailure ? new PartialFailure(error.handled, timeout) : timeout;
    return { outcome: { ended: 'failed', error: outcome }, running: undefined };
  }

  /** The outcome, or undefined when it takes longer than `ms`. */
  private async orAfter(ms: number, ended: Promise<Outcome>): Promise<Outcome | undefined> {
    const over = new AbortController();
    try {
      return await Promise.race([ended, this.clock.sleep(ms, over.signal).then(() => undefined)]);
    } finally {
      over.abort();
    }
  }
}
