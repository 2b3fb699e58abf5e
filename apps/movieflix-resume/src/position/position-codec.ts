/** Records of `show_position` to positions, as the partitions are read. */
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { topics } from '@headwater/contracts';
import { EventCodec, isUnreadable } from '@headwater/messaging';
import { positionOf, type Position } from './position.ts';

const registryRetryMs = 500;

@Injectable()
export class PositionCodec {
  private readonly logger = new Logger('PositionCodec');

  constructor(private readonly codec: EventCodec) {}

  /** Waits for the registry, for as long as it takes, when a value's schema is not known yet. */
  prepareAt(source: Buffer, start: number, end: number): Promise<void> | undefined {
    try {
      return this.codec.isKnownAt(topics.showPosition, source, start, end)
        ? undefined
        : this.learn(Buffer.from(source.subarray(start, end)));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return undefined;
    }
  }

  /** Undefined for what is no position and never will be: it is told in the log and passed over, or it would hold up all others. */
  decode(value: Buffer): Position | undefined {
    try {
      const event = this.codec.decodeKnown(topics.showPosition, value);
      return event && positionOf(event.value);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.logger.error(`passing over an unreadable record: ${textOf(error)}`);
      return undefined;
    }
  }

  private async learn(value: Buffer): Promise<void> {
    for (;;) {
      try {
        await this.codec.decode(topics.showPosition, value);
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
