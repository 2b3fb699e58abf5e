import type { ClusterMetadata } from '../metadata/index.ts';
import type { Clock, LogStorage } from '../storage/index.ts';
import type { FetchSessionCache } from './fetch/fetch-session-cache.ts';
import type { GroupService } from './group-service.ts';
import type { AnswerMemory, Connection } from './network/index.ts';
import type { TransactionService } from './transaction-service.ts';
import type { TransactionalAppends } from './transactional-appends.ts';

/** Where a client reaches this broker. */
export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** An API and the versions of it that are served, as ApiVersions lists them. */
export interface ServedApi {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** What the handlers work on. */
export interface BrokerServices {
  readonly metadata: ClusterMetadata;
  readonly storage: LogStorage;
  readonly groups: GroupService;
  readonly transactions: TransactionService;
  readonly transactionalAppends: TransactionalAppends;
  readonly fetchSessions: FetchSessionCache;
  readonly clock: Clock;
  readonly servedApis: readonly ServedApi[];
  /** Aborted when the broker stops: what waits ends its wait. */
  readonly stopping: AbortSignal;
  /** Where the client of this connection is to connect to. */
  endpointFor(connection: Connection): NodeEndpoint;
  /** Of all connections. */
  readonly answers: AnswerMemory;
  log(line: string): void;
}

/** One request and who sent it. */
export interface RequestContext {
  readonly broker: BrokerServices;
  readonly connection: Connection;
  readonly apiVersion: number;
  readonly clientId: string | null;
}
