/** Publishes captured changes by the idempotent producer. */
import { type ChangePublisher, type ChangeRecord } from '@headwater/event-sourcing/capture';
import { sendOrReject, type BulkProducer } from './send-or-reject.ts';

export class KafkaChangePublisher implements ChangePublisher {
  constructor(private readonly producer: BulkProducer) {}

  async publish(topic: string, records: readonly ChangeRecord[]): Promise<void> {
    await sendOrReject(this.producer, topic, records);
  }
}
