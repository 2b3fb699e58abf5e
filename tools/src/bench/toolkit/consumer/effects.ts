/** The effect of an event: a row of a table. When the consumer says that all are handled, the table has to say the same. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LikeChanged } from '@headwater/contracts';
import pg from 'pg';
import type { ConsumeFigures, ConsumeWork } from './work.ts';

const connections = 20;
const lookMs = 5;
const deadlineMs = 300_000;

const text = 'INSERT INTO effect (event_id, post_id, amount) VALUES ($1, $2, $3)';
const textOfMany =
  'INSERT INTO effect (event_id, post_id, amount) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])';

export class Effects {
  readonly pool: pg.Pool;
  readonly #work: Pick<ConsumeWork, 'events' | 'handlerMs'>;
  readonly #all = Promise.withResolvers<undefined>();
  #startedMs: number | undefined;
  #handled = 0;

  private constructor(work: Pick<ConsumeWork, 'events' | 'handlerMs'>, pool: pg.Pool) {
    this.#work = work;
    this.pool = pool;
  }

  static async open(work: Pick<ConsumeWork, 'databaseUrl' | 'events' | 'handlerMs'>): Promise<Effects> {
    const pool = new pg.Pool({ connectionString: work.databaseUrl, max: connections, min: connections });
    // Without a key, so that an effect that happens twice is there twice.
    await pool.query('CREATE TABLE effect (event_id text NOT NULL, post_id text NOT NULL, amount bigint NOT NULL)');
    return new Effects(work, pool);
  }

  /** One INSERT in a transaction of its own. */
  async insert(like: LikeChanged): Promise<void> {
    await this.insertThrough(like, (values) => this.pool.query({ name: 'effect', text, values }));
  }

  /** The INSERT in a transaction of somebody else's. */
  async insertWithin(like: LikeChanged, query: (sql: string, values: unknown[]) => Promise<unknown>): Promise<void> {
    await this.insertThrough(like, (values) => query(text, values));
  }

  /** Many events' rows by one statement, in a transaction of somebody else's. */
  async insertMany(
    likes: readonly LikeChanged[],
    query: (sql: string, values: unknown[]) => Promise<unknown>,
  ): Promise<void> {
    this.#startedMs ??= performance.now();
    await query(textOfMany, [
      likes.map(({ eventId }) => eventId),
      likes.map(({ postId }) => postId),
      likes.map(({ userId }) => Number(userId)),
    ]);
    this.#handled += likes.length;
    if (this.#handled === this.#work.events) this.#all.resolve(undefined);
  }

  /** Resolves when every effect is in the table. @throws when there are others. */
  async figures(): Promise<ConsumeFigures> {
    const late = setTimeout(() => this.#all.reject(new Error(this.#lateness())), deadlineMs);
    await this.#all.promise;
    clearTimeout(late);
    while ((await this.#count()) < this.#work.events) await delay(lookMs);
    const tookMs = performance.now() - this.#startedMs!;
    await this.#verify();
    return { perSecond: (this.#work.events / tookMs) * 1000 };
  }

  async insertThrough({ eventId, postId, userId }: LikeChanged, insert: (values: unknown[]) => Promise<unknown>) {
    this.#startedMs ??= performance.now();
    if (this.#work.handlerMs > 0) await delay(this.#work.handlerMs);
    await insert([eventId, postId, Number(userId)]);
    this.#handled += 1;
    if (this.#handled === this.#work.events) this.#all.resolve(undefined);
  }

  #lateness(): string {
    return `after ${deadlineMs / 1000} s, ${this.#handled} of ${this.#work.events} events were handled`;
  }

  async #count(): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM effect');
    return rows[0]!.count;
  }

  async #verify(): Promise<void> {
    const { events } = this.#work;
    const { rows } = await this.pool.query<{ all: number; different: number; sum: number }>(
      'SELECT count(*)::int AS all, count(DISTINCT event_id)::int AS different, sum(amount)::float8 AS sum FROM effect',
    );
    const { all, different, sum } = rows[0]!;
    if (all !== events || different !== events || sum !== (events * (events - 1)) / 2)
      throw new Error(`${events} events had ${all} effects, of ${different} events, and their sum is ${sum}`);
  }
}
