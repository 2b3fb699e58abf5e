/** What operators see of services' outboxes, projections and parked keys. Plain JSON; the page shares these types. */

export interface HeldAggregateView {
  readonly aggregate: { readonly type: string; readonly id: string };
  readonly messageId: string;
  readonly topic: string;
  readonly type: string;
  readonly reason: string;
  readonly since: string;
  readonly attempts: number;
  readonly messages: number;
}

export interface OutboxView {
  readonly pendingMessages: number;
  readonly oldestPendingMs: number;
  readonly heldAggregates: number;
  readonly heldMessages: number;
  readonly held: readonly HeldAggregateView[];
}

export interface ProjectionView {
  readonly name: string;
  readonly version: number;
  readonly updatedAt: string;
  readonly behindEvents: number;
  readonly behindMs: number;
  readonly failure?: { readonly eventId: string; readonly reason: string; readonly since: string };
  readonly rebuild?: {
    readonly state: 'requested' | 'running';
    readonly events: number;
    readonly totalEvents: number;
  };
  readonly rebuiltAt?: string;
}

/** A read model that is built from topics, and can be built anew beside what is served. */
export interface ReadModelView {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly records: number;
  readonly totalRecords: number;
  readonly differentPosts: number | null;
  readonly failure: string | null;
}

export interface ParkedKeyView {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly keyBase64: string;
  readonly state: string;
  readonly messages: number;
  readonly firstOffset: string | null;
  readonly parkedAt: string;
  readonly attempts: number;
  readonly error: string;
  readonly reason: string;
}

export interface ServiceOperations {
  readonly service: string;
  /** Why it did not answer. */
  readonly problem: string | null;
  /** Null where the service has none. */
  readonly outbox: OutboxView | null;
  readonly projections: readonly ProjectionView[] | null;
  readonly readModel: ReadModelView | null;
  readonly parkedKeys: readonly ParkedKeyView[] | null;
}
