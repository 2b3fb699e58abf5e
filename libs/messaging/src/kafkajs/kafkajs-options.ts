import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { KafkaCluster, SaslCredentials } from '../client/index.ts';

/** How kafkajs is told of a cluster. */
export function kafkajsOptionsOf({
  bootstrapServers,
  security = {},
}: KafkaCluster): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  const { tls, sasl } = security;
  return { brokers: [...bootstrapServers], ssl: tls ?? false, ...(sasl && { sasl: saslOptionsOf(sasl) }) };
}

function saslOptionsOf({ mechanism, username, password }: SaslCredentials): SASLOptions {
  const credentials = { username, password };
  if (mechanism === 'PLAIN') return { mechanism: 'plain', ...credentials };
  return { mechanism: mechanism === 'SCRAM-SHA-256' ? 'scram-sha-256' : 'scram-sha-512', ...credentials };
}
