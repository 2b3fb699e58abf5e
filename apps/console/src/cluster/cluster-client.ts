import { Injectable } from '@nestjs/common';
import { KafkaTransport, MessageProducer, type KafkaClient } from '@headwater/messaging';

/** What reads records by offset and writes them; nothing is connected before it is first used. */
@Injectable()
export class ClusterClient {
  readonly kafka: KafkaClient;

  constructor(
    transport: KafkaTransport,
    readonly producer: MessageProducer,
  ) {
    this.kafka = transport.unwrap<KafkaClient>();
  }
}
