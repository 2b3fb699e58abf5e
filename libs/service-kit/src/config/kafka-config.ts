import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { defineConfig } from './define-config.ts';
import { type Environment } from './read-settings.ts';
import { hostPorts, oneOf, optional, text, url } from './setting.ts';

const pemFile = (description: string) => optional(text({ description }));

/** Where Kafka and the schema registry are, the bundled broker or any other, and how the brokers are spoken to. */
export class KafkaConfig extends defineConfig({
  kafkaBootstrapServers: hostPorts({ description: 'Kafka brokers to connect to first, for example 127.0.0.1:9092' }),
  schemaRegistryUrl: url({
    protocols: ['http:', 'https:'],
    description: 'address of the schema registry, for example http://127.0.0.1:8081',
  }),
  kafkaSecurityProtocol: oneOf(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    default: 'PLAINTEXT',
    description: 'how brokers are spoken to: over TLS (SSL), with a name and a password (SASL), or both',
  }),
  kafkaSslCaFile: pemFile(
    'PEM file of the authorities that sign the certificates of brokers; the public ones by default',
  ),
  kafkaSslCertificateFile: pemFile(
    'PEM file of the certificate by which brokers know this service, where they ask for one',
  ),
  kafkaSslKeyFile: pemFile('PEM file of the key of that certificate'),
  kafkaSaslMechanism: oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], {
    default: 'SCRAM-SHA-512',
    description: 'how the password is proved to brokers, for a protocol with SASL',
  }),
  kafkaSaslUsername: optional(
    text({ description: 'name that brokers know this service by, for a protocol with SASL' }),
  ),
  kafkaSaslPassword: optional(text({ secret: true, description: 'password of that name' })),
}) {
  /** @throws ConfigError also where the protocol asks for what is not given. */
  constructor(environment: Environment) {
    super(environment);
    // Each mistake is told at the start.
    void this.cluster;
  }

  /** The cluster, as the options of messaging and streams take it. */
  get cluster() {
    const isPlain = this.kafkaSecurityProtocol === 'PLAINTEXT';
    return {
      bootstrapServers: this.kafkaBootstrapServers,
      ...(isPlain ? {} : { security: { ...tlsOf(this), ...saslOf(this) } }),
    };
  }
}

function tlsOf({ kafkaSecurityProtocol, kafkaSslCaFile, kafkaSslCertificateFile, kafkaSslKeyFile }: KafkaConfig) {
  if (!kafkaSecurityProtocol.endsWith('SSL')) return {};
  const ca = kafkaSslCaFile === undefined ? {} : { ca: pem('KAFKA_SSL_CA_FILE', kafkaSslCaFile) };
  if (kafkaSslCertificateFile === undefined && kafkaSslKeyFile === undefined) return { tls: ca };
  if (kafkaSslCertificateFile === undefined) throw missing('KAFKA_SSL_CERTIFICATE_FILE');
  if (kafkaSslKeyFile === undefined) throw missing('KAFKA_SSL_KEY_FILE');
  const cert = pem('KAFKA_SSL_CERTIFICATE_FILE', kafkaSslCertificateFile);
  return { tls: { ...ca, cert, key: pem('KAFKA_SSL_KEY_FILE', kafkaSslKeyFile) } };
}

function saslOf({ kafkaSecurityProtocol, kafkaSaslMechanism, kafkaSaslUsername, kafkaSaslPassword }: KafkaConfig) {
  if (!kafkaSecurityProtocol.startsWith('SASL')) return {};
  if (kafkaSaslUsername === undefined) throw missing('KAFKA_SASL_USERNAME');
  if (kafkaSaslPassword === undefined) throw missing('KAFKA_SASL_PASSWORD');
  return { sasl: { mechanism: kafkaSaslMechanism, username: kafkaSaslUsername, password: kafkaSaslPassword } };
}

function missing(variable: string): ConfigError {
  const message = `${variable} is missing: KAFKA_SECURITY_PROTOCOL and the other variables of Kafka ask for it`;
  return new ConfigError([{ variable, reason: 'missing', message }]);
}

/** @throws ConfigError when there is no such file. */
function pem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const message = `${variable}="${path}" must be a PEM file that can be read (${reason})`;
    throw new ConfigError([{ variable, reason: 'invalid', message }]);
  }
}
