/**
 * A pooled PostgreSQL connection made fast for as long as a transaction holds it:
 *
 * - pipelined: statements are sent when they are given, without waiting for the answers of those before (PostgreSQL manual,
 *   "Message flow", Pipelining), so that handlers of several messages share round trips;
 * - prepared: a statement that comes for the second time on a connection gets a name, so that it is parsed and planned once.
 *
 * Other users of the pool get the connection back as it was, except that it knows some statements.
 *
 * A statement whose tables were altered since it was prepared fails once (0A000, "cached plan must not change result type"); the
 * connection then forgets all its statements, so that the next attempt succeeds.
 */
import { createHash } from 'node:crypto';
import pg, { type PoolClient, type QueryResult } from 'pg';

/** What its types leave out of pg's query object. */
const { Query } = pg as unknown as {
  readonly Query: new (
    text: string,
    values: unknown[],
    callback: (error: Error | null, result: QueryResult) => void,
  ) => { name?: string };
};

/** More different texts than that are no statements of a program, but texts with values in them. */
const maxStatements = 256;

interface Corkable {
  cork(): void;
  uncork(): void;
}

interface PreparedClient {
  pipeline: boolean;
  query: (text: unknown, values?: unknown, ...rest: unknown[]) => unknown;
  readonly connection: { parsedStatements: Record<string, string>; readonly stream: Corkable };
}

/** By connection and text: the statement's name, once it came for a second time. */
const statements = new WeakMap<object, Map<string, string | undefined>>();

const staleStatementStates: ReadonlySet<unknown> = new Set(['0A000', '26000']);

function nameOf(client: object, text: string): string | undefined {
  let known = statements.get(client);
  if (!known) statements.set(client, (known = new Map<string, string | undefined>()));
  if (!known.has(text)) {
    if (known.size < maxStatements) known.set(text, undefined);
    return undefined;
  }
  let name = known.get(text);
  if (name === undefined) {
    name = `headwater_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
    known.set(text, name);
  }
  return name;
}

export class PreparedConnection {
  /** How the last COMMIT ended: `ROLLBACK` when a statement before it had failed. */
  private ending: string | undefined;
  /** Sends a statement. */
  readonly run: (text: string, values: readonly unknown[]) => Promise<QueryResult>;
  private readonly client: PreparedClient;
  private stale = false;
  private corked = false;

  constructor(client: PoolClient) {
    this.client = client as unknown as PreparedClient;
    const { query } = this.client;
    this.client.pipeline = true;
    this.client.query = (text, values, ...rest) => {
      if (typeof text !== 'string' || rest.length > 0) return query.call(this.client, text, values, ...rest);
      return this.pass(query, text, values);
    };
    this.run = (text, values) => this.pass(query, text, values) as Promise<QueryResult>;
  }

  /** A statement was altered under its name: all of them are forgotten when the connection is released. */
  get isStale(): boolean {
    return this.stale;
  }

  /** Whether everything that was done since the transaction began is committed. Asked after COMMIT. */
  get committed(): boolean {
    return this.ending === 'COMMIT';
  }

  /** Gives the connection back as it was. Nothing may be under way. */
  async release(): Promise<void> {
    // The wrapper hides the class's own method.
    delete (this.client as Partial<PreparedClient>).query;
    this.client.pipeline = false;
    if (!this.stale) return;
    statements.delete(this.client);
    this.client.connection.parsedStatements = {};
    await (this.client.query('DEALLOCATE ALL') as Promise<unknown>);
  }

  private pass(query: PreparedClient['query'], text: string, values: unknown): unknown {
    this.cork();
    return this.watch(text, this.send(query, text, values));
  }

  /** What one turn sends goes out in one write. */
  private cork(): void {
    if (this.corked) return;
    this.corked = true;
    const { stream } = this.client.connection;
    stream.cork();
    setImmediate(() => {
      this.corked = false;
      stream.uncork();
    });
  }

  private send(query: PreparedClient['query'], text: string, values: unknown): unknown {
    const name = Array.isArray(values) && values.length > 0 ? nameOf(this.client, text) : undefined;
    if (name === undefined) return query.call(this.client, text, values);
    return new Promise((resolve, reject) => {
      // A query object spares the client the copy of a configuration, which costs more than the rest of what it does for a statement.
      const statement = new Query(text, values as unknown[], (error, result) =>
        error ? reject(error) : resolve(result),
      );
      statement.name = name;
      query.call(this.client, statement);
    });
  }

  private watch(text: string, sent: unknown): unknown {
    if (text === 'COMMIT')
      return (sent as Promise<QueryResult>).then((result) => {
        this.ending = result.command;
        return result;
      });
    return (sent as Promise<unknown>).catch((error: unknown) => {
      const { code } = error as { code?: unknown };
      if (staleStatementStates.has(code)) this.stale = true;
      // A trace that leads to who sent the statement, as the client's own does, not to the socket.
      Error.captureStackTrace(error as Error);
      throw error;
    });
  }
}
