import { type ExpectedVersion } from './expected-version.ts';

/**
 * | code | when | retry |
 * |---|---|---|
 * | VERSION_CONFLICT | the stream is not at the expected version | after reading it again |
 * | EVENT_REFUSED | PostgreSQL cannot store the event: no JSON, a NUL character, an id that is there already | no |
 * | APPEND_QUEUE_FULL | more appends wait than the store holds | helps |
 */
export type EventStoreErrorCode = 'VERSION_CONFLICT' | 'EVENT_REFUSED' | 'APPEND_QUEUE_FULL';

/** What the store refuses; `code` says why. */
export class EventStoreError extends Error {
  override readonly name: string = 'EventStoreError';
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = code !== 'EVENT_REFUSED';
  }
}

/** Another writer was faster, or the caller's view of the stream is old. Nothing was stored. */
export class VersionConflictError extends EventStoreError {
  override readonly name = 'VersionConflictError';

  constructor(
    readonly streamId: string,
    readonly expected: ExpectedVersion | undefined,
    /** The stream's version now; 0 when it has no event. */
    readonly actual: number,
  ) {
    super('VERSION_CONFLICT', `stream ${streamId} is at version ${actual}, expected ${expected}`);
  }
}
