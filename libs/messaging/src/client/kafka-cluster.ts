/** Which Kafka, how its brokers are spoken to, and as whom. */
export interface KafkaCluster {
  /** Brokers to ask first, `host:port` each. */
  readonly bootstrapServers: readonly string[];
  /** Plain text and no name when not given: the bundled broker, or a private network. */
  readonly security?: KafkaSecurity;
}

/** A cluster, and what its logs and quotas call the client. */
export interface ClusterAccess extends KafkaCluster {
  readonly clientId: string;
}

/** TLS, a name with a password, or both. */
export interface KafkaSecurity {
  /** The brokers' certificates must fit the names by which they are reached. */
  readonly tls?: {
    /** Authorities to trust, in PEM; those that Node knows when not given. */
    readonly ca?: string;
    /** The client's own certificate and its key, in PEM, where the brokers ask for one. */
    readonly cert?: string;
    readonly key?: string;
  };
  readonly sasl?: SaslCredentials;
}

/** Who the client is, and how it proves it: in plain text (RFC 4616; over TLS alone) or without telling the password (RFC 5802). */
export interface SaslCredentials {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}
