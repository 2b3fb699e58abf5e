/**
 * Brings the records of a lane to an end, in order: read, handle, and when that fails, retry or put aside.
 *
 * A retriable failure is tried again for ever, with growing pauses: the record keeps its place, so that its key stays in order, and
 * liveness notices when it takes too long. A batch that fails for good is handled message by message, so that only the one at
 * fault is put aside.
 */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import { isUnreadable } from '../codec/index.ts';
import { classifyFailure, type ClassifyFailure } from '../errors/index.ts';
import { headerNames, runInContext, type TopicMessage } from '../message/index.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { LaneItem } from './lane.ts';
import type { MessageReader } from './message-reader.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';

/** Handles messages of one lane, in order, as one piece of work; its rejection is the original error. */
export type HandleMessages = (messages: readonly TopicMessage[]) => Promise<void>;

export interface RecordProcessorOptions {
  readonly group: string;
  readonly retry: Backoff;
  readonly classify: ClassifyFailure | undefined;
  /** A handler that takes one message at a time gets batches of one. */
  readonly batched: boolean;
}

interface ReadItem {
  readonly item: LaneItem;
  readonly message: TopicMessage;
}

interface ReadRun {
  readonly run: readonly ReadItem[];
  readonly unreadable?: { readonly item: LaneItem; readonly error: unknown };
}

type Outcome = 'done' | 'stale';

export class RecordProcessor {
  private readonly logger = new Logger('Consumer');
  private readonly classify: ClassifyFailure;
  /** When each piece of work that is under way began. */
  private readonly underWay = new Map<symbol, number>();

  constructor(
    private readonly options: RecordProcessorOptions,
    private readonly reader: MessageReader,
    private readonly handle: HandleMessages,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: ConsumerMetrics,
    private readonly clock: Clock,
  ) {
    this.classify = options.classify ?? classifyFailure;
  }

  /** When the piece of work began that has been under way for the longest; undefined when none is. */
  get oldestWorkMs(): number | undefined {
    return this.underWay.size === 0 ? undefined : Math.min(...this.underWay.values());
  }

  /** @returns how many items are finished, from the first; fewer than all only when `stale` aborted. */
  async process(partition: number, items: readonly LaneItem[], stale: AbortSignal): Promise<number> {
    const work = Symbol('work');
    this.underWay.set(work, this.clock.nowMs());
    try {
      return await this.processInOrder(partition, items, stale);
    } finally {
      this.underWay.delete(work);
    }
  }

  private async processInOrder(partition: number, items: readonly LaneItem[], stale: AbortSignal): Promise<number> {
    let finished = 0;
    while (finished < items.length) {
      const read = await this.readRun(partition, items.slice(finished), stale);
      if (read === 'stale') return finished;
      if (read.run.length > 0 && (await this.handleRun(partition, read.run, stale)) === 'stale') return finished;
      finished += read.run.length;
      if (!read.unreadable) continue;
      const { item, error } = read.unreadable;
      if (!(await this.putAside(partition, item, 1, error, stale))) return finished;
      finished += 1;
    }
    return finished;
  }

  /** The messages up to the first record that cannot be read, and that record. */
  private async readRun(partition: number, items: readonly LaneItem[], stale: AbortSignal): Promise<ReadRun | 'stale'> {
    const run: ReadItem[] = [];
    for (const item of items) {
      for (let attempt = 1; run.at(-1)?.item !== item; attempt++) {
        if (stale.aborted) return 'stale';
        try {
          run.push({ item, message: await this.reader.read(partition, item.record) });
        } catch (error) {
          if (isUnreadable(error)) return { run, unreadable: { item, error } };
          await this.pause(partition, [item], attempt, error, stale);
        }
      }
    }
    return { run };
  }

  private async handleRun(partition: number, run: readonly ReadItem[], stale: AbortSignal): Promise<Outcome> {
    if (!this.options.batched) return this.handleEach(partition, run, stale);
    const outcome = await this.attempt(partition, run, stale);
    if (typeof outcome === 'string') return outcome;
    if (run.length > 1) return this.handleEach(partition, run, stale);
    return (await this.putAside(partition, run[0]!.item, outcome.attempts, outcome.error, stale)) ? 'done' : 'stale';
  }

  private async handleEach(partition: number, run: readonly ReadItem[], stale: AbortSignal): Promise<Outcome> {
    for (const each of run) {
      const outcome = await this.attempt(partition, [each], stale);
      if (outcome === 'stale') return 'stale';
      if (
        typeof outcome === 'object' &&
        !(await this.putAside(partition, each.item, outcome.attempts, outcome.error, stale))
      )
        return 'stale';
    }
    return 'done';
  }

  /** Handles until it succeeds, fails for good, or is stale. */
  private async attempt(
    partition: number,
    run: readonly ReadItem[],
    stale: AbortSignal,
  ): Promise<Outcome | { attempts: number; error: unknown }> {
    for (let attempt = 1; ; attempt++) {
      if (stale.aborted) return 'stale';
      const startedMs = this.clock.nowMs();
      try {
        await runInContext({ traceparent: run[0]!.message.headers.text(headerNames.traceparent) }, () =>
          this.handle(run.map(({ message }) => message)),
        );
        this.metrics.handled(run.length, this.clock.nowMs() - startedMs, 'ok');
        return 'done';
      } catch (error) {
        const kind = this.classify(error);
        this.metrics.handled(run.length, this.clock.nowMs() - startedMs, kind);
        if (kind === 'fatal') return { attempts: attempt, error };
        await this.pause(
          partition,
          run.map(({ item }) => item),
          attempt,
          error,
          stale,
        );
      }
    }
  }

  private async pause(
    partition: number,
    items: readonly LaneItem[],
    attempt: number,
    error: unknown,
    stale: AbortSignal,
  ): Promise<void> {
    const pause = pauseMs(this.options.retry, attempt);
    const place = `partition ${partition} offset ${items[0]!.record.offset}${items.length > 1 ? ` and ${items.length - 1} more` : ''}`;
    this.logger.warn(
      `group ${this.options.group}: ${place}: attempt ${attempt} failed: ${error instanceof Error ? error.message : String(error)}; again in ${Math.round(pause)} ms`,
    );
    await this.clock.sleep(pause, stale);
  }

  private async putAside(
    partition: number,
    item: LaneItem,
    attempts: number,
    error: unknown,
    stale: AbortSignal,
  ): Promise<boolean> {
    const put = await this.deadLetters.put({ partition, record: item.record, attempts, error }, stale);
    if (put) this.metrics.deadLettered();
    return put;
  }
}
