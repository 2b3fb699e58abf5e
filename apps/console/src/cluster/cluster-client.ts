import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EventCodec, MessageProducer, createKafkajsClient, systemClock, type KafkaClient } from '@headwater/messaging';
import { KafkaConfig } from '@headwater/service-kit';

/** What reads records by offset and writes them; nothing is connected before it is first used. */
@Injectable()
export class ClusterClient implements OnApplicationShutdown {
  readonly kafka: KafkaClient;
  readonly codec: EventCodec;
  readonly producer: MessageProducer;

  constructor({ kafkaBootstrapServers, schemaRegistryUrl }: KafkaConfig) {
    const clientId = 'console';
    this.kafka = createKafkajsClient({ clientId, bootstrapServers: kafkaBootstrapServers, clock: systemClock });
    this.codec = new EventCodec(schemaRegistryUrl);
    this.producer = new MessageProducer(this.kafka, this.codec, {
      lingerMs: 0,
      // A person waits for the answer.
      deliveryTimeoutMs: 10_000,
      maxBufferedBytes: 8 * 1024 ** 2,
      maxRequestBytes: 1024 ** 2,
      compression: 'none',
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.producer.close();
  }
}
