/** Publishes outbox rows by the idempotent producer. */
import type { OutboxPublisher, OutboxRecord } from '@headwater/event-sourcing';
import type { RecordToWrite } from '../client/index.ts';
import { headerNames } from '../message/index.ts';
import { sendOrReject, type BulkProducer } from './send-or-reject.ts';

export class KafkaOutboxPublisher implements OutboxPublisher {
  constructor(private readonly producer: BulkProducer) {}

  async publish(topic: string, records: readonly OutboxRecord[]): Promise<void> {
    await sendOrReject(this.producer, topic, records.map(recordOf));
  }
}

function recordOf({ id, key, payload, headers }: OutboxRecord): RecordToWrite {
  return { key, value: payload, headers: { ...headers, [headerNames.messageId]: id } };
}
