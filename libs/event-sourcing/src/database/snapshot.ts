/**
 * Which transactions a statement sees, as `pg_current_snapshot()` tells it.
 *
 * The write-ahead log is ahead of what statements see: a commit is in the log before it is visible to others. In between are
 * microseconds, or as long as the committer has no processor, or until a synchronous standby has answered.
 */
import { type SqlExecutor } from './sql-executor.ts';

const IDS_OF_AN_EPOCH = 2 ** 32;

export class Snapshot {
  static readonly query = 'SELECT pg_current_snapshot()::text AS snapshot';

  /** Numbers below are seen, or rolled back. */
  private readonly firstOpen: number;
  /** This and higher ones are not seen. */
  private readonly next: number;
  private readonly open: ReadonlySet<number>;

  private constructor(firstOpen: number, next: number, open: ReadonlySet<number>) {
    this.firstOpen = firstOpen;
    this.next = next;
    this.open = open;
  }

  static async current(sql: SqlExecutor): Promise<Snapshot> {
    const [row] = await sql.query<{ snapshot: string }[]>(Snapshot.query);
    return Snapshot.parse(row!.snapshot);
  }

  /** @param text as PostgreSQL writes a `pg_snapshot`: `10:20:10,14,15` */
  static parse(text: string): Snapshot {
    const [firstOpen, next, open] = text.split(':');
    return new Snapshot(Number(firstOpen), Number(next), new Set(open ? open.split(',').map(Number) : []));
  }

  /** @param transactionId of a committed transaction, not of a part of one, in the 32 bits that the log and rows have */
  sees(transactionId: number): boolean {
    const ahead = (transactionId - this.next) % IDS_OF_AN_EPOCH;
    const nearest = Math.round(ahead / IDS_OF_AN_EPOCH) * IDS_OF_AN_EPOCH;
    return this.has(this.next + ahead - nearest);
  }

  /** Whether each transaction that the other sees is seen by this one too. */
  seesAllOf(other: Snapshot): boolean {
    for (const id of this.open) if (other.has(id)) return false;
    for (let id = this.next; id < other.next; id += 1) if (other.has(id)) return false;
    return true;
  }

  /** @param id in all its 64 bits */
  private has(id: number): boolean {
    return id < this.firstOpen || (id < this.next && !this.open.has(id));
  }
}
