/**
 * Puts aside a record that cannot be processed: its bytes and headers as they are, and an account of why beside them. Resolves when
 * the broker has acknowledged it; keeps trying while it has not, as the record's offset must not be committed before.
 */
import { Logger } from '@nestjs/common';
import type { TopicContract } from '@headwater/contract-kit';
import { deadLetterTopicOf } from '@headwater/contract-kit';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type { RawRecord } from '../client/index.ts';
import { deadLetterHeaderNames } from '../message/index.ts';
import type { EncodedRecord, MessageProducer } from '../producer/index.ts';
import { errorNameOf, reasonOf } from './failed-record.ts';
import { originIn, withoutOrigin, type Origin } from './origin.ts';

const backoff: Backoff = { firstMs: 500, maxMs: 10_000 };

export interface DeadLetter {
  readonly partition: number;
  readonly record: RawRecord;
  readonly attempts: number;
  readonly error: unknown;
  /** The record is a copy that carries its origin. */
  readonly secondHand?: boolean;
}

export class DeadLetters {
  private readonly logger = new Logger('DeadLetters');
  readonly topic: string;

  constructor(
    private readonly source: TopicContract,
    private readonly group: string,
    private readonly producer: MessageProducer,
    private readonly clock: Clock,
  ) {
    this.topic = deadLetterTopicOf(source, group);
  }

  /** @returns false when the signal aborted before the record was acknowledged. */
  async put(letter: DeadLetter, stale: AbortSignal): Promise<boolean> {
    const encoded = this.encode(letter);
    for (let attempt = 1; !stale.aborted; attempt++) {
      try {
        await this.producer.sendEncoded(encoded);
        return true;
      } catch (failure) {
        this.logger.warn(
          `${this.topic}: ${failure instanceof Error ? failure.message : String(failure)}; trying again`,
        );
        await this.clock.sleep(pauseMs(backoff, attempt), stale);
      }
    }
    return false;
  }

  /** Logs that a record is put aside; the record that says so, for a caller that writes it. */
  encode({ record, partition, error, attempts: tried, secondHand = false }: DeadLetter): EncodedRecord {
    const origin = originIn({ topic: this.source.name, partition, secondHand }, record);
    const attempts = origin.attempts + tried;
    const reason = reasonOf(error);
    this.logger.error(
      `${origin.topic}/${origin.partition} offset ${origin.offset} goes to ${this.topic} after ${attempts} attempts: ${errorNameOf(error)}: ${reason}`,
    );
    return {
      topic: this.topic,
      key: record.key,
      value: record.value,
      headers: { ...withoutOrigin(record.headers), ...this.account({ ...origin, attempts }, error, reason) },
    };
  }

  private account(origin: Origin, error: unknown, reason: string): Record<string, string> {
    const names = deadLetterHeaderNames;
    return {
      [names.topic]: origin.topic,
      [names.partition]: String(origin.partition),
      [names.offset]: origin.offset.toString(),
      [names.timestamp]: new Date(origin.timestampMs).toISOString(),
      [names.group]: this.group,
      [names.attempts]: String(origin.attempts),
      [names.error]: errorNameOf(error),
      [names.reason]: reason,
    };
  }
}
