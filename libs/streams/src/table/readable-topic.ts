/**
 * A followed topic by its contract: records become events. What is no event and never will be is told in the log and passed over, or it
 * would hold up all.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { TopicContract, TopicEvent } from '@headwater/contract-kit';
import { isUnreadable, type EventCodec } from '@headwater/messaging';
import type { RestoredRecord } from '../store/index.ts';
import type { FollowedState } from './topic-follower.ts';

const registryRetryMs = 500;

/** Takes an event by its key; `undefined` is a tombstone. `timestampMs` is the record's: when it was written, mostly. */
export type TakeEvent<Topic extends TopicContract> = (
  key: string,
  event: TopicEvent<Topic> | undefined,
  partition: number,
  offset: number,
  timestampMs: number,
) => void;

export class ReadableTopic<Topic extends TopicContract> implements FollowedState {
  readonly topic: string;
  private readonly logger = new Logger('ReadableTopic');

  constructor(
    private readonly contract: Topic,
    private readonly codec: EventCodec,
    private readonly take: TakeEvent<Topic>,
  ) {
    this.topic = contract.name;
  }

  /** A topic of another service, or that this one reads as any other would. */
  static consume<Topic extends TopicContract>(
    contract: Topic,
    codec: EventCodec,
    take: TakeEvent<Topic>,
  ): ReadableTopic<Topic> {
    return new ReadableTopic(contract, codec, take);
  }

  prepareAt(source: Buffer, start: number, end: number): Promise<void> | undefined {
    try {
      return this.codec.isKnownAt(this.contract, source, start, end)
        ? undefined
        : this.learnSchema(Buffer.from(source.subarray(start, end)));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return undefined;
    }
  }

  apply(record: RestoredRecord, partition: number, offset: number): void {
    if (record.keyStart < 0) return;
    const key = record.source.toString('utf8', record.keyStart, record.keyEnd);
    if (record.valueStart < 0) {
      this.take(key, undefined, partition, offset, record.timestampMs);
      return;
    }
    const event = this.decode(record, partition, offset);
    if (event) this.take(key, event, partition, offset, record.timestampMs);
  }

  private decode(record: RestoredRecord, partition: number, offset: number): TopicEvent<Topic> | undefined {
    try {
      return this.codec.decodeKnownAt(this.contract, record.source, record.valueStart, record.valueEnd);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.logger.error(`passing over record ${offset} of ${this.topic}-${partition}: ${textOf(error)}`);
      return undefined;
    }
  }

  private async learnSchema(value: Buffer): Promise<void> {
    for (;;) {
      try {
        await this.codec.decode(this.contract, value);
        return;
      } catch (error) {
        if (isUnreadable(error)) return;
        this.logger.warn(`${textOf(error)}; trying again`);
        await delay(registryRetryMs, undefined, { ref: false });
      }
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
