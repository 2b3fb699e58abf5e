import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { DomainEvent, Projection, RecordedEvent, SqlExecutor } from '@headwater/event-sourcing';
import pg from 'pg';

/** An event of a stream, as it is given to a projection. */
export interface StreamedEvent<Event extends DomainEvent = DomainEvent> {
  readonly streamId: string;
  readonly event: Event;
}

/** An event that happened in a stream. */
export const event = <Event extends DomainEvent>(streamId: string, happened: Event): StreamedEvent<Event> => ({
  streamId,
  event: happened,
});

export interface ProjectedEvents {
  /**
   * The rows that a query of the projection's tables finds. Looked at three times: with the events applied one by one, all at
   * once, and in pieces of two, since a projection never knows where its batches end.
   */
  thenRows(sql: string, expected: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
}

export interface ProjectionSpecification<Event extends DomainEvent> {
  /** What happened before, applied at once. */
  given(...before: readonly StreamedEvent<Event>[]): {
    when(...events: readonly StreamedEvent<Event>[]): ProjectedEvents;
  };
}

/**
 * Checks a projection by events and the rows that they make, on the PostgreSQL of a connection string:
 *
 *     await specifyProjection(balances, url)
 *       .given(event('account-1', opened))
 *       .when(event('account-1', moved))
 *       .thenRows('SELECT account, balance FROM balances', [{ account: 'account-1', balance: 12 }]);
 *
 * Tables live in a schema of their own, within a transaction that is rolled back.
 */
export function specifyProjection<Event extends DomainEvent>(
  projection: Projection<Event>,
  url: string,
): ProjectionSpecification<Event> {
  return {
    given: (...before) => ({
      when: (...events) => ({
        thenRows: async (sql, expected) => {
          const recorded = record([...before, ...events], projection);
          const [first, rest] = [recorded.slice(0, before.length), recorded.slice(before.length)];
          for (const batchSize of [1, 2, Math.max(1, rest.length)]) {
            const rows = await rowsAfter(projection, url, [first, ...batchesOf(rest, batchSize)], sql);
            assert.deepEqual(rows, expected, `applied ${batchSize} at a time`);
          }
        },
      }),
    }),
  };
}

/** Gives events the places that a store would. Types that the projection does not take never reach it. */
function record<Event extends DomainEvent>(
  events: readonly StreamedEvent<Event>[],
  { eventTypes }: Projection<Event>,
): (RecordedEvent<Event> | undefined)[] {
  const versions = new Map<string, number>();
  return events.map(({ streamId, event: happened }, index) => {
    const version = (versions.get(streamId) ?? 0) + 1;
    versions.set(streamId, version);
    if (eventTypes && !eventTypes.includes(happened.type)) return undefined;
    return {
      ...happened,
      // As the store answers it: data that went through JSON.
      data: JSON.parse(JSON.stringify(happened.data)) as unknown,
      streamId,
      version,
      eventId: randomUUID(),
      schemaVersion: 1,
      metadata: {},
      createdAt: new Date(),
      globalPosition: { transactionId: 1n, position: BigInt(index + 1) },
    };
  });
}

function batchesOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function rowsAfter<Event extends DomainEvent>(
  projection: Projection<Event>,
  url: string,
  batches: readonly (readonly (RecordedEvent<Event> | undefined)[])[],
  sql: string,
): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const transaction: SqlExecutor = {
      // As TypeORM answers: rows, and for UPDATE and DELETE also how many they were.
      query: async <Result>(text: string, parameters?: unknown[]) => {
        const { rows, rowCount, command } = await client.query(text, parameters);
        return (command === 'UPDATE' || command === 'DELETE' ? [rows, rowCount] : rows) as Result;
      },
    };
    const schema = `specification_${randomUUID().replaceAll('-', '')}`;
    await client.query(`BEGIN; CREATE SCHEMA ${schema}; SET LOCAL search_path TO ${schema}, public`);
    await projection.createTables(transaction);
    for (const batch of batches) {
      const events = batch.filter((each) => each !== undefined);
      if (events.length > 0) await projection.apply(transaction, events);
    }
    const { rows } = await client.query<Record<string, unknown>>(sql);
    await client.query('ROLLBACK');
    // Plain objects, so that rows equal the literals of a test.
    return rows.map((row) => ({ ...row }));
  } finally {
    await client.end();
  }
}
