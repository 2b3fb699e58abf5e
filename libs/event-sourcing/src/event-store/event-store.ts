import type { DataSource } from 'typeorm';
import { sqlStateOf, type SqlExecutor } from '../database/index.ts';
import { AppendBatcher, type AppendOutcome } from './append-batcher.ts';
import {
  appendColumns,
  encodedAppend,
  messageColumns,
  type AppendRequest,
  type AppendResult,
  type EncodedAppend,
} from './append-request.ts';
import { EventStoreError, VersionConflictError } from './event-store-error.ts';
import { comparePositions, START_OF_LOG, type DomainEvent, type GlobalPosition, type RecordedEvent } from './event.ts';

/** How appends of one process are grouped. */
export interface EventStoreOptions {
  /** Most appends that share one transaction, 1 to 10,000; 256 by default. */
  readonly maxBatchAppends?: number;
  /** Most bytes of appends that share one transaction; 4 MiB by default. A larger append goes alone. */
  readonly maxBatchBytes?: number;
  /** Most appends that wait at a time; 10,000 by default. */
  readonly maxWaitingAppends?: number;
}

/** Which events of a stream are read. */
export interface ReadStreamOptions {
  /** Version of the first event to read; 1 by default. */
  readonly fromVersion?: number;
  /** Transaction to read in. */
  readonly within?: SqlExecutor;
}

/** Events of one stream, in order of version. */
export interface StreamEvents<Event extends DomainEvent = DomainEvent> {
  readonly streamId: string;
  /** Version of the last event; 0 when the stream has none. */
  readonly version: number;
  readonly events: readonly RecordedEvent<Event>[];
}

/** Which of all events are read. */
export interface ReadAllOptions {
  /** Most events to read; 1000 by default. */
  readonly maxEvents?: number;
  /** Only events of these types; all by default. */
  readonly types?: readonly string[];
  /** Transaction to read in. */
  readonly within?: SqlExecutor;
}

/** Some of all events, in their order. */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** Where to read on: everything up to here was answered, or was of another type. */
  readonly position: GlobalPosition;
  /** Whether nothing was left to read. */
  readonly isLast: boolean;
}

/** How far readers of all events are behind what is stored, because a transaction is open. */
export interface BarrierState {
  /** Events that are stored but not to be read yet. */
  readonly waitingEvents: number;
  /** Age of the oldest of them in milliseconds; 0 when there is none. Alarm on it: any open writing transaction holds it. */
  readonly ageMs: number;
}

/** Streams of events in the service's database. Safe to use from any number of requests at once. */
export class EventStore {
  private readonly dataSource: DataSource;
  private readonly batcher: AppendBatcher<EncodedAppend>;

  constructor(dataSource: DataSource, options: EventStoreOptions = {}) {
    this.dataSource = dataSource;
    this.batcher = new AppendBatcher((requests) => runAppends(dataSource, requests), {
      maxBatchAppends: options.maxBatchAppends ?? 256,
      maxBatchBytes: options.maxBatchBytes ?? 4_194_304,
      maxWaitingAppends: options.maxWaitingAppends ?? 10_000,
    });
  }

  /**
   * Adds events to a stream in a transaction of the store's own, shared with other appends that wait.
   *
   * @throws VersionConflictError, EventStoreError; an error of the connection leaves open whether the events were stored.
   */
  async append(request: AppendRequest): Promise<AppendResult> {
    const encoded = encodedAppend(request);
    return resultOf(request, await refusing(request, this.batcher.append(encoded)));
  }

  /**
   * Adds events in the caller's transaction, which must roll back when this throws. Append before other writes: a
   * transaction that wrote before may be refused with a serialization failure (SQLSTATE 40001) and has to be run again.
   *
   * @throws VersionConflictError, EventStoreError
   */
  async appendWithin(transaction: SqlExecutor, request: AppendRequest): Promise<AppendResult> {
    const [outcome] = await refusing(request, runAppends(transaction, [encodedAppend(request)]));
    return resultOf(request, outcome!);
  }

  /**
   * Makes the caller's transaction the only one that appends to these streams until it ends. Lock before the transaction
   * writes anything, all streams at once: so no conflict, no deadlock and no serialization failure can follow.
   */
  async lockStream(transaction: SqlExecutor, ...streamIds: readonly string[]): Promise<void> {
    await transaction.query('SELECT lock_streams($1)', [streamIds]);
  }

  /** Reads one stream, in order of version. A stream that does not exist has version 0 and no events. */
  async readStream<Event extends DomainEvent = DomainEvent>(
    streamId: string,
    options: ReadStreamOptions = {},
  ): Promise<StreamEvents<Event>> {
    const fromVersion = options.fromVersion ?? 1;
    const rows = await (options.within ?? this.dataSource).query<EventRow[]>(
      `SELECT ${COLUMNS} FROM events WHERE stream_id = $1 AND version >= $2 ORDER BY version`,
      [streamId, fromVersion],
    );
    const events = rows.map((row) => recordedEvent<Event>(row, streamId));
    if (events.length > 0 || fromVersion <= 1) return { streamId, version: events.at(-1)?.version ?? 0, events };
    return { streamId, version: await this.versionOf(streamId, options.within), events };
  }

  /** The stream's version; 0 when it has no event. */
  async versionOf(streamId: string, within?: SqlExecutor): Promise<number> {
    const sql = 'SELECT version FROM streams WHERE stream_id = $1';
    const [row] = await (within ?? this.dataSource).query<{ version: string }[]>(sql, [streamId]);
    return Number(row?.version ?? 0);
  }

  /**
   * Reads all events after a position, in an order that never changes: none is skipped and none comes later at an
   * earlier place. Events that a transaction which is still open could precede are not answered yet.
   */
  async readAll(after: GlobalPosition, options: ReadAllOptions = {}): Promise<readonly RecordedEvent[]> {
    const typed = options.types ? 'AND type = ANY ($4)' : '';
    const rows = await (options.within ?? this.dataSource).query<(EventRow & StreamColumn)[]>(
      `SELECT stream_id, ${COLUMNS} FROM events
       WHERE (xid, global_position) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot()) ${typed}
       ORDER BY xid, global_position LIMIT $3`,
      [
        after.transactionId.toString(),
        after.position.toString(),
        options.maxEvents ?? DEFAULT_PAGE_EVENTS,
        ...(options.types ? [options.types] : []),
      ],
    );
    return rows.map((row) => recordedEvent(row, row.stream_id));
  }

  /** Like `readAll`, and says where to read on, also when the last events are of other types. */
  async readPage(after: GlobalPosition, options: ReadAllOptions = {}): Promise<EventPage> {
    // The end first: the page then covers at least all that lies before it.
    const end = options.types ? await this.endOfLog(options.within) : after;
    const events = await this.readAll(after, options);
    const isLast = events.length < (options.maxEvents ?? DEFAULT_PAGE_EVENTS);
    const lastPosition = events.at(-1)?.globalPosition ?? after;
    return { events, position: isLast && comparePositions(end, lastPosition) > 0 ? end : lastPosition, isLast };
  }

  /** The position of the last event that can be read. */
  async endOfLog(within?: SqlExecutor): Promise<GlobalPosition> {
    const [row] = await (within ?? this.dataSource).query<{ xid: string; global_position: string }[]>(
      `SELECT xid, global_position FROM events WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
       ORDER BY xid DESC, global_position DESC LIMIT 1`,
    );
    return row ? { transactionId: BigInt(row.xid), position: BigInt(row.global_position) } : START_OF_LOG;
  }

  /** What open transactions hold back from readers of all events. */
  async barrier(): Promise<BarrierState> {
    const [row] = await this.dataSource.query<{ waiting: number; age_ms: number }[]>(
      `SELECT count(*)::int AS waiting,
         coalesce(extract(epoch FROM clock_timestamp() - min(created_at)) * 1000, 0)::float8 AS age_ms
       FROM events WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())`,
    );
    return { waitingEvents: row!.waiting, ageMs: Math.max(0, row!.age_ms) };
  }
}

const DEFAULT_PAGE_EVENTS = 1000;

/** The time as text: what the driver makes a date of it with is the costliest of all columns. */
const COLUMNS =
  'global_position, xid, version, event_id, type, schema_version, data, metadata, created_at::text AS created_at';

interface StreamColumn {
  readonly stream_id: string;
}

interface EventRow {
  readonly global_position: string;
  readonly xid: string;
  readonly version: string;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

function recordedEvent<Event extends DomainEvent>(row: EventRow, streamId: string): RecordedEvent<Event> {
  const recorded: RecordedEvent = {
    type: row.type,
    data: row.data,
    streamId,
    version: Number(row.version),
    eventId: row.event_id,
    schemaVersion: row.schema_version,
    metadata: row.metadata,
    createdAt: dateOf(row.created_at),
    globalPosition: { transactionId: BigInt(row.xid), position: BigInt(row.global_position) },
  };
  // The reader of a stream knows which events it holds.
  return recorded as RecordedEvent<Event>;
}

/** `2026-11-22 05:01:17.123456+00`, or `+05:30` */
function dateOf(text: string): Date {
  const time = text.replace(' ', 'T');
  return new Date(time.at(-3) === ':' ? time : `${time}:00`);
}

interface OutcomeRow {
  readonly request: number;
  readonly appended: boolean;
  readonly version: string;
  readonly xid: string | null;
  readonly global_position: string | null;
}

const APPEND = 'SELECT * FROM append_to_streams($1, $2, $3, $4, $5, $6, $7, $8)';
const APPEND_WITH_MESSAGES =
  'SELECT * FROM append_with_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)';

async function runAppends(
  executor: SqlExecutor,
  requests: readonly EncodedAppend[],
): Promise<readonly AppendOutcome[]> {
  const hasMessages = requests.some(({ messages }) => messages.length > 0);
  const rows = hasMessages
    ? await executor.query<OutcomeRow[]>(APPEND_WITH_MESSAGES, [
        ...appendColumns(requests),
        ...messageColumns(requests),
      ])
    : await executor.query<OutcomeRow[]>(APPEND, appendColumns(requests));
  const outcomes = Array<AppendOutcome>(requests.length);
  for (const { request, appended, version, xid, global_position: position } of rows)
    outcomes[request - 1] = {
      appended,
      version: Number(version),
      transactionId: BigInt(xid ?? 0),
      position: BigInt(position ?? 0),
    };
  return outcomes;
}

/** What PostgreSQL will never store becomes EVENT_REFUSED: class 22 (data exception), 23 (constraint violation). */
async function refusing<Result>(request: AppendRequest, appending: Promise<Result>): Promise<Result> {
  try {
    return await appending;
  } catch (error) {
    if (!/^2[23]/.test(sqlStateOf(error) ?? '')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `PostgreSQL refuses an event of ${request.streamId}: ${reason}`;
    throw new EventStoreError('EVENT_REFUSED', message, { cause: error });
  }
}

function resultOf(request: AppendRequest, outcome: AppendOutcome): AppendResult {
  if (!outcome.appended) {
    throw new VersionConflictError(request.streamId, request.expectedVersion, outcome.version);
  }
  const { version, transactionId, position } = outcome;
  return { version, globalPosition: { transactionId, position } };
}
