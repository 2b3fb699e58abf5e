/** Publishes captured changes by the idempotent producer. */
import { Injectable } from '@nestjs/common';
import { type ChangePublisher, type ChangeRecord } from '@headwater/event-sourcing';
import { MessageProducer } from '../producer/index.ts';
import { sendOrReject } from './send-or-reject.ts';

@Injectable()
export class KafkaChangePublisher implements ChangePublisher {
  constructor(private readonly producer: MessageProducer) {}

  async publish(topic: string, records: readonly ChangeRecord[]): Promise<void> {
    await sendOrReject(this.producer, topic, records);
  }
}
