/** One tier of the policy `retry-topic`: takes records that failed, to be tried again when the tier's delay is over. */
import { Logger } from '@nestjs/common';
import { pauseMs, type Backoff, type Clock } from '../clock/index.ts';
import type { MessageProducer } from '../producer/index.ts';
import { errorNameOf, reasonOf, type FailedRecord, type SettleFailure } from './failed-record.ts';
import { originHeaders, originIn, withoutOrigin } from './origin.ts';

const backoff: Backoff = { firstMs: 500, maxMs: 10_000 };

export class RetryTopic {
  private readonly logger = new Logger('Consumer');

  constructor(
    private readonly sourceTopic: string,
    private readonly name: string,
    private readonly delayMs: number,
    private readonly producer: MessageProducer,
    private readonly clock: Clock,
  ) {}

  /** A settlement: the record is finished when the tier's topic has it. */
  readonly settle: SettleFailure = async (failed, stale) => {
    await failed.running;
    const { record, error } = failed;
    const headers = this.headersOf(failed);
    this.logger.warn(
      `${this.sourceTopic}/${failed.place.partition} offset ${record.offset} goes to ${this.name} for ${this.delayMs} ms: ${errorNameOf(error)}: ${reasonOf(error)}`,
    );
    for (let attempt = 1; !stale.aborted; attempt++) {
      try {
        await this.producer.sendEncoded({ topic: this.name, key: record.key, value: record.value, headers });
        return 'settled';
      } catch (failure) {
        this.logger.warn(`${this.name}: ${reasonOf(failure)}; trying again`);
        await this.clock.sleep(pauseMs(backoff, attempt), stale);
      }
    }
    return 'stale';
  };

  private headersOf({ record, place, attempts }: FailedRecord) {
    const origin = originIn({ ...place, topic: this.sourceTopic }, record);
    return {
      ...withoutOrigin(record.headers),
      ...originHeaders({ ...origin, attempts: origin.attempts + attempts }, this.clock.nowMs() + this.delayMs),
    };
  }
}
