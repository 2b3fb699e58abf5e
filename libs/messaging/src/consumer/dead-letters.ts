/**
 * Puts aside a record that cannot be processed: its bytes and headers as they are, and an account of why beside them. Resolves when
 * the broker has acknowledged it; keeps trying while it has not, as the record's offset must not be committed before.
 */
import { Logger } from '@nestjs/common';
import type { TopicContract } from '@headwater/contracts';
import { deadLetterTopicOf } from '@headwater/contracts';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type { RawRecord } from '../client/index.ts';
import { deadLetterHeaderNames } from '../message/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { errorNameOf, reasonOf } from './failed-record.ts';

const backoff: Backoff = { firstMs: 500, maxMs: 10_000 };

export interface DeadLetter {
  readonly partition: number;
  readonly record: RawRecord;
  readonly attempts: number;
  readonly error: unknown;
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
    const { record, partition, error } = letter;
    const reason = reasonOf(error);
    this.logger.error(
      `${this.source.name}/${partition} offset ${record.offset} goes to ${this.topic} after ${letter.attempts} attempts: ${errorNameOf(error)}: ${reason}`,
    );
    for (let attempt = 1; !stale.aborted; attempt++) {
      try {
        await this.producer.sendEncoded({
          topic: this.topic,
          key: record.key,
          value: record.value,
          headers: { ...record.headers, ...this.account(letter, reason) },
        });
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

  private account({ record, partition, attempts, error }: DeadLetter, reason: string): Record<string, string> {
    const names = deadLetterHeaderNames;
    return {
      [names.topic]: this.source.name,
      [names.partition]: String(partition),
      [names.offset]: record.offset.toString(),
      [names.timestamp]: new Date(record.timestampMs).toISOString(),
      [names.group]: this.group,
      [names.attempts]: String(attempts),
      [names.error]: errorNameOf(error),
      [names.reason]: reason,
    };
  }
}
