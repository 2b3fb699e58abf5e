/** Publishes outbox rows by the idempotent producer. */
import { Injectable } from '@nestjs/common';
import { type OutboxPublisher, type OutboxRecord } from '@headwater/event-sourcing';
import type { RecordToWrite } from '../client/index.ts';
import { headerNames } from '../message/index.ts';
import { MessageProducer } from '../producer/index.ts';
import { sendOrReject } from './send-or-reject.ts';

@Injectable()
export class KafkaOutboxPublisher implements OutboxPublisher {
  constructor(private readonly producer: MessageProducer) {}

  async publish(topic: string, records: readonly OutboxRecord[]): Promise<void> {
    await sendOrReject(this.producer, topic, records.map(recordOf));
  }
}

function recordOf({ id, key, payload, headers }: OutboxRecord): RecordToWrite {
  return { key, value: payload, headers: { ...headers, [headerNames.messageId]: id } };
}
