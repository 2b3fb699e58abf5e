/**
 * The connection to Kafka's admin API: opened when it is first needed, thrown away after a failure, so that the next use
 * opens a fresh one. Nothing here retries: the caller looks again in a second anyway.
 */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { kafkajsOptionsOf, mendRequestQueueTimers } from '@headwater/messaging';
import { KafkaConfig, Problem, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';

const CONNECTION_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 5000;
const REFUSALS: ReadonlySet<string> = new Set([
  'KafkaJSProtocolError',
  'KafkaJSCreateTopicError',
  'KafkaJSAggregateError',
  'KafkaJSDeleteGroupsError',
]);
/** Another broker is to be asked by now: a fresh connection finds it. */
const STALE: ReadonlySet<string> = new Set([
  'NOT_CONTROLLER',
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);

interface Connection {
  readonly admin: Promise<Admin>;
  users: number;
  hasFailed: boolean;
}

@Injectable()
export class ClusterAdmin implements OnApplicationShutdown {
  readonly addresses: readonly string[];
  private readonly kafka: Kafka;
  private connection: Connection | undefined;

  constructor(config: KafkaConfig, @Inject(SERVICE_CONTEXT) context: ServiceContext) {
    this.addresses = config.kafkaBootstrapServers;
    mendRequestQueueTimers();
    this.kafka = new kafkajs.Kafka({
      clientId: context.name,
      ...kafkajsOptionsOf(config.cluster),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries: 0 },
      // Every failure is shown on the page with its reason.
      logLevel: kafkajs.logLevel.NOTHING,
    });
  }

  /**
   * Runs `use` on the connection. A failure is thrown on, and the connection is closed once nobody uses it any more; a broker that
   * says no has answered.
   */
  async use<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const isFresh = this.connection === undefined;
    try {
      return await this.attempt(use);
    } catch (error) {
      if (isFresh || !isOfUnknownTopic(error)) throw error;
      return await this.attempt(use);
    }
  }

  /**
   * Runs `use` once, on a connection of its own. For what cannot be told from its failure afterwards whether it was done: the client
   * looks up every topic that somebody deals with on the connection before it tells of a success.
   */
  async useAlone<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const opening = this.open();
    try {
      return await use(await opening);
    } finally {
      await discard(opening);
    }
  }

  private async attempt<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = (this.connection ??= { admin: this.open(), users: 0, hasFailed: false });
    connection.users += 1;
    try {
      return await use(await connection.admin);
    } catch (error) {
      if (error instanceof Problem || (refusalOf(error) !== undefined && !isOfUnknownTopic(error))) throw error;
      connection.hasFailed = true;
      if (this.connection === connection) this.connection = undefined;
      throw error;
    } finally {
      connection.users -= 1;
      if (connection.hasFailed && connection.users === 0) await discard(connection.admin);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    if (connection !== undefined) await discard(connection.admin);
  }

  private async open(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }
}

/** What the broker answered when it said no; undefined when it did not answer, or is no longer the one to be asked. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!Error.isError(error)) return undefined;
  // The client wraps what it might have tried again.
  const { originalError, cause = originalError } = error as Error & { readonly originalError?: unknown };
  if (!REFUSALS.has(error.name)) return cause === undefined ? undefined : refusalOf(cause);
  const { type } = error as Refusal;
  return type !== undefined && STALE.has(type) ? undefined : error;
}

/**
 * Whether a topic is said not to be there. It need not be the one that was asked for: the client looks up every topic that it has
 * dealt with before anything it does, and one that was deleted since fails all of it. A fresh connection knows of none.
 */
const isOfUnknownTopic = (error: unknown): boolean => refusalOf(error)?.type === 'UNKNOWN_TOPIC_OR_PARTITION';

/** An error of the client with the broker's name of it. */
export interface Refusal extends Error {
  readonly type?: string;
  /** Of several topics or groups. */
  readonly errors?: readonly Refusal[];
}

/** A connection that has failed may fail to close as well; there is nothing left to do about it. */
async function discard(opening: Promise<Admin>): Promise<void> {
  try {
    const admin = await opening;
    await admin.disconnect();
  } catch {
    return;
  }
}
