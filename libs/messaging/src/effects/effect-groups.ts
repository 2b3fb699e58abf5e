/**
 * Gathers the calls of a subscription's lanes into transactions.
 *
 * A call is a lane's messages. Up to `transactions` transactions are under way at a time; each takes the calls that wait, up to
 * `maxMessages`. Messages of different keys are handled side by side, so that their statements share round trips; those of a key one
 * after another. All calls of a transaction are done, or none.
 *
 * When a transaction fails, its calls are done again each on its own, and within a call the message at fault is found: the one whose
 * handler threw, or by halving, where a batch handler or the commit failed. An outage, and what a concurrent transaction caused
 * (deadlock, serialization), say nothing about a message: the call fails as a whole and is tried again.
 */
import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../clock/index.ts';
import { PartialFailure, type HandleMessages, type HandlingAttempt } from '../consumer/index.ts';
import { classifyFailure, type ClassifyFailure } from '../errors/index.ts';
import { takeNewMessages } from '../inbox/index.ts';
import type { TopicMessage } from '../message/index.ts';
import { inTraceOf } from '../telemetry/index.ts';
import type { EffectMetrics } from './effect-metrics.ts';
import { inEffectTransaction } from './effect-transaction.ts';

export interface EffectGroupsOptions {
  /** The subscription, by its group: whose inbox entries are written. */
  readonly group: string;
  /** Whether the handler takes several messages at a time. */
  readonly batched: boolean;
  /** Messages that share a transaction, at most; a single call may have more. */
  readonly maxMessages: number;
  /** Transactions under way at a time; each holds a connection of the pool. */
  readonly transactions: number;
  readonly classify: ClassifyFailure | undefined;
}

interface Call {
  readonly messages: readonly TopicMessage[];
  readonly attempt: HandlingAttempt;
}

interface WaitingCall extends Call {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The handler threw at this message of its call. */
class FailedAt extends Error {
  constructor(
    readonly index: number,
    override readonly cause: unknown,
  ) {
    super('a handler failed', { cause });
  }
}

const causeOf = (error: unknown): unknown => (error instanceof FailedAt ? error.cause : error);

/** SQLSTATE class 40, transaction rollback: deadlock, serialization failure. */
function isConflict(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && code.startsWith('40')) return true;
  return driverError !== undefined && driverError !== error && isConflict(driverError);
}

export class EffectGroups {
  private waiting: WaitingCall[] = [];
  private running = 0;
  private scheduled = false;

  constructor(
    private readonly options: EffectGroupsOptions,
    private readonly dataSource: DataSource,
    private readonly handler: HandleMessages,
    private readonly metrics: EffectMetrics,
    private readonly clock: Clock,
  ) {}

  /** Handles messages of a lane; see {@link HandleMessages}. */
  readonly handle: HandleMessages = (messages, attempt) =>
    new Promise((resolve, reject) => {
      this.waiting.push({ messages, attempt, resolve, reject });
      this.schedule();
    });

  /** Begins in the next turn, so that the calls of this one come along. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.begin();
    });
  }

  private begin(): void {
    while (this.running < this.options.transactions && this.waiting.length > 0) {
      const calls = this.takeCalls();
      this.running += 1;
      void this.run(calls).finally(() => {
        this.running -= 1;
        if (this.waiting.length > 0) this.schedule();
      });
    }
  }

  private takeCalls(): WaitingCall[] {
    let messages = 0;
    let calls = 0;
    while (calls < this.waiting.length) {
      messages += this.waiting[calls]!.messages.length;
      if (calls > 0 && messages > this.options.maxMessages) break;
      calls += 1;
    }
    return this.waiting.splice(0, calls);
  }

  private async run(calls: readonly WaitingCall[]): Promise<void> {
    try {
      await this.transaction(calls);
      for (const { resolve } of calls) resolve();
    } catch (error) {
      if (calls.length === 1) await this.settle(calls[0]!, () => this.narrow(calls[0]!, error));
      else if (this.concernsAll(error)) for (const { reject } of calls) reject(causeOf(error));
      else for (const call of calls) await this.settle(call, () => this.runAlone(call));
    }
  }

  private async settle({ resolve, reject }: WaitingCall, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  private async runAlone(call: Call): Promise<void> {
    try {
      await this.transaction([call]);
    } catch (error) {
      await this.narrow(call, error);
    }
  }

  /** Does what comes before the message at fault. @throws its error, as a {@link PartialFailure} when there are others. */
  private async narrow(call: Call, error: unknown): Promise<void> {
    const { messages, attempt } = call;
    if (messages.length === 1 || this.concernsAll(error)) throw causeOf(error);
    if (error instanceof FailedAt) {
      if (error.index > 0) await this.runAlone({ messages: messages.slice(0, error.index), attempt });
      throw new PartialFailure(error.index, error.cause);
    }
    const half = messages.length >> 1;
    await this.runPart(call, 0, half);
    await this.runPart(call, half, messages.length);
  }

  private async runPart({ messages, attempt }: Call, from: number, to: number): Promise<void> {
    try {
      await this.runAlone({ messages: messages.slice(from, to), attempt });
    } catch (error) {
      if (error instanceof PartialFailure) throw new PartialFailure(from + error.handled, error.cause);
      if (to - from === 1) throw new PartialFailure(from, error);
      // An outage or a conflict: nothing of this part is done, and nobody is at fault.
      throw error;
    }
  }

  private concernsAll(error: unknown): boolean {
    const cause = causeOf(error);
    return isConflict(cause) || (this.options.classify ?? classifyFailure)(cause) === 'outage';
  }

  private async transaction(calls: readonly Call[]): Promise<void> {
    const startedMs = this.clock.nowMs();
    const messages = calls.flatMap((call) => call.messages);
    try {
      await inEffectTransaction(this.dataSource, (manager) => this.handleNew(manager, calls, messages));
      this.metrics.transaction(messages.length, this.clock.nowMs() - startedMs, 'committed');
    } catch (error) {
      this.metrics.transaction(messages.length, this.clock.nowMs() - startedMs, 'rolled-back');
      throw error;
    }
  }

  private async handleNew(
    manager: EntityManager,
    calls: readonly Call[],
    messages: readonly TopicMessage[],
  ): Promise<void> {
    const fresh = new Set(await takeNewMessages(manager, this.options.group, messages));
    this.metrics.duplicate(messages.length - fresh.size);
    // All must have ended before the transaction does: one that goes on would write into the next one on the connection.
    const ended = await Promise.allSettled(calls.map((call) => this.handleCall(call, fresh, manager)));
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async handleCall(
    { messages, attempt }: Call,
    fresh: ReadonlySet<TopicMessage>,
    manager: EntityManager,
  ): Promise<void> {
    const inTransaction = { ...attempt, manager };
    if (this.options.batched) {
      const left = fresh.size === 0 ? [] : messages.filter((message) => fresh.has(message));
      if (left.length > 0) await inTraceOf(left, this.options, () => this.handler(left, inTransaction));
      return;
    }
    await this.handleKeys(messages, inTransaction, fresh);
  }

  /** Different keys side by side, so that their statements share round trips; a key's messages one after another. */
  private async handleKeys(
    messages: readonly TopicMessage[],
    attempt: HandlingAttempt,
    fresh: ReadonlySet<TopicMessage>,
  ): Promise<void> {
    // The first to fail is at fault: in a failed transaction every later statement fails too.
    const first: { failure?: FailedAt } = {};
    const handleOne = async (index: number, after: Promise<void> | undefined): Promise<void> => {
      if (after) await after;
      if (first.failure) return;
      try {
        const single = [messages[index]!];
        await inTraceOf(single, this.options, () => this.handler(single, attempt));
      } catch (error) {
        first.failure ??= new FailedAt(index, error);
      }
    };
    const lastOfKey = new Map<string, Promise<void>>();
    const keyless: Promise<void>[] = [];
    for (const [index, message] of messages.entries()) {
      if (!fresh.has(message)) continue;
      const { key } = message;
      if (key === null) keyless.push(handleOne(index, undefined));
      else lastOfKey.set(key, handleOne(index, lastOfKey.get(key)));
    }
    await Promise.all([...lastOfKey.values(), ...keyless]);
    if (first.failure) throw first.failure;
  }
}
