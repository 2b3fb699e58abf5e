import { defineConfig } from './define-config.ts';
import { hostPorts, url } from './setting.ts';

/** Where Kafka and the schema registry are: the bundled broker or any other. */
export class KafkaConfig extends defineConfig({
  kafkaBootstrapServers: hostPorts({ description: 'Kafka brokers to connect to first, for example 127.0.0.1:9092' }),
  schemaRegistryUrl: url({
    protocols: ['http:', 'https:'],
    description: 'address of the schema registry, for example http://127.0.0.1:8081',
  }),
}) {}
