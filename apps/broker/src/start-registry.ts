import { createKafkajsClient, systemClock } from '@headwater/messaging/kafka';
import { startRegistry } from '@headwater/schema-registry';
import { KafkaSchemaLog } from './kafka-schema-log.ts';
import { registryPortError } from './registry-port-error.ts';

/** What {@link startRegistryOnKafka} is given. */
export interface StartRegistryOptions {
  /** Brokers of the cluster that holds the schemas, `HOST:PORT` each. */
  readonly bootstrapServers: readonly string[];
  /** Address of the registry; default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port of the registry; 0 (the default) takes a free one. */
  readonly registryPort?: number;
  /** Told what an operator should know, one line each; default: nobody. */
  readonly log?: (line: string) => void;
}

/** A registry that serves. */
export interface RunningRegistry {
  /** `http://HOST:PORT` */
  readonly registryUrl: string;
  readonly bootstrapServers: readonly string[];
  /** Ends it cleanly; may be called again. */
  readonly close: () => Promise<void>;
}

/** Starts the registry alone, on a Kafka that runs elsewhere. @throws an Error whose message is one line that says what to do. */
export async function startRegistryOnKafka(options: StartRegistryOptions): Promise<RunningRegistry> {
  const { bootstrapServers, host = '127.0.0.1', registryPort: port = 0, log: tell } = options;
  const client = createKafkajsClient({ clientId: 'schema-registry', bootstrapServers, clock: systemClock });
  const log = await KafkaSchemaLog.open(client).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The Kafka at ${bootstrapServers.join(',')} cannot hold the schemas: ${reason}`, { cause: error });
  });
  try {
    const registry = await startRegistry({ host, port, log, ...(tell && { onWarning: tell }) });
    let ended: Promise<void> | undefined;
    const end = async (): Promise<void> => {
      await registry.close();
      await log.close();
    };
    return { registryUrl: registry.url, bootstrapServers, close: () => (ended ??= end()) };
  } catch (error) {
    await log.close();
    throw registryPortError(error, host, port);
  }
}
