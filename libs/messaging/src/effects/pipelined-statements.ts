/**
 * Statements that are transactions of their own, for handlers that run side by side: they share connections of the service's pool.
 *
 * A connection takes a statement while earlier ones are still under way on it, and PostgreSQL goes from one to the next without
 * waiting for this process; what one turn sends goes out in one write. Each statement commits, or fails, by itself.
 *
 * - Connections are taken as statements need them, up to the pool's size, and given back as soon as they have nothing to do; while
 *   somebody else waits for one of the pool, those that are under way are given back one by one.
 * - A statement waits for those before it on its connection. One that waits for a lock holds them up, so that a handler must not run
 *   such statements while it holds a transaction of its own open.
 */
import type { PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { PreparedConnection } from './prepared-connection.ts';

/** Rows that a statement returned. */
type Rows = readonly Readonly<Record<string, unknown>>[];

interface Waiting {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection of the pool that statements are sent on. */
interface Held {
  readonly runner: QueryRunner;
  readonly client: PoolClient;
  readonly connection: PreparedConnection;
  /** TypeORM takes a broken connection out of the pool; here it only takes no more statements. */
  readonly onError: () => void;
  underWay: number;
  /** Takes no more statements: it is broken, or somebody else waits for a connection. */
  leaving: boolean;
}

/** The part of pg's pool that is looked at; TypeORM keeps it as `master`. */
interface PoolState {
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

export class PipelinedStatements {
  private readonly held: Held[] = [];
  private acquiring = 0;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly dataSource: DataSource) {}

  /** Runs a statement in a transaction of its own. @returns its rows. @throws PostgreSQL's error. */
  readonly query = (text: string, values: readonly unknown[]): Promise<Rows> => {
    const held = this.leastBusy();
    if (held === undefined || held.underWay > 0) this.takeAnother();
    return new Promise((resolve, reject) => {
      const statement = { text, values, resolve, reject };
      if (held) this.send(held, statement);
      else this.waiting.push(statement);
    });
  };

  /** Undefined once the data source is destroyed. */
  private get pool(): PoolState | undefined {
    return (this.dataSource.driver as unknown as { readonly master?: PoolState }).master;
  }

  private leastBusy(): Held | undefined {
    let best: Held | undefined;
    for (const held of this.held)
      if (!held.leaving && (best === undefined || held.underWay < best.underWay)) best = held;
    if (best && best.underWay > 0 && (this.pool?.waitingCount ?? 0) > this.acquiring) this.yieldOne();
    return best?.leaving === true ? undefined : best;
  }

  /** Somebody else waits for a connection: one of these is given back once it has answered; one at a time is. */
  private yieldOne(): void {
    if (this.held.some(({ leaving }) => leaving)) return;
    this.held[0]!.leaving = true;
  }

  private takeAnother(): void {
    const max = this.pool?.options.max ?? 1;
    if (this.acquiring + this.held.length < max) void this.acquire();
  }

  private async acquire(): Promise<void> {
    this.acquiring += 1;
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      const connection = new PreparedConnection(client);
      const onError = (): void => void (held.leaving = true);
      const held: Held = { runner, client, connection, onError, underWay: 0, leaving: false };
      client.once('error', onError);
      this.begin(held);
    } catch (error) {
      this.failWaiting(error);
    } finally {
      this.acquiring -= 1;
    }
  }

  private begin(held: Held): void {
    this.held.push(held);
    // Others are on their way for the rest.
    const share = Math.ceil(this.waiting.length / this.acquiring);
    for (const statement of this.waiting.splice(0, share)) this.send(held, statement);
    if (held.underWay === 0) this.whenIdle(held);
  }

  private failWaiting(error: unknown): void {
    const none = this.held.length === 0 && this.acquiring === 1;
    for (const { reject } of this.waiting.splice(0, none ? this.waiting.length : 1)) reject(error);
  }

  private send(held: Held, { text, values, resolve, reject }: Waiting): void {
    held.underWay += 1;
    held.connection.run(text, values).then(
      ({ rows }) => {
        resolve(rows as Rows);
        this.ended(held);
      },
      (error: unknown) => {
        reject(error);
        if (held.connection.isStale) held.leaving = true;
        this.ended(held);
      },
    );
  }

  private ended(held: Held): void {
    held.underWay -= 1;
    if (held.underWay === 0) this.whenIdle(held);
  }

  /** A turn later, as whoever waited for the answer may have another statement at once. */
  private whenIdle(held: Held): void {
    setImmediate(() => {
      if (held.underWay === 0) void this.giveBack(held);
    });
  }

  private async giveBack(held: Held): Promise<void> {
    const index = this.held.indexOf(held);
    if (index === -1) return;
    this.held.splice(index, 1);
    held.client.off('error', held.onError);
    await held.connection.release().catch(() => undefined);
    await held.runner.release();
    if (this.waiting.length > 0) this.takeAnother();
  }
}
