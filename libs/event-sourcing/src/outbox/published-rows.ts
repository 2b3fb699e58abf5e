/**
 * Rows that were published and are to be deleted: as runs of neighboring numbers, so that many are deleted by few look-ups.
 *
 * A row from the log may be published before statements see it, and is deleted only then.
 */
import { Snapshot, Turns, type SqlExecutor } from '../database/index.ts';
import { type OutboxRecord } from './outbox-publisher.ts';
import { type Origin } from './wal-record.ts';

interface PublishedRow {
  readonly seq: number;
  readonly origin: Origin | undefined;
}

export class PublishedRows {
  private readonly turns = new Turns();
  private rows: PublishedRow[] = [];

  add({ seq, origin }: Pick<OutboxRecord, 'seq'> & { readonly origin?: Origin }): void {
    this.rows.push({ seq: Number(seq), origin });
  }

  /**
   * Deletes what was added; what cannot be deleted yet, or at all, stays.
   *
   * @returns the first commit of which rows stay; undefined when none do
   */
  delete(sql: SqlExecutor): Promise<bigint | undefined> {
    return this.turns.take(() => this.deleteVisible(sql));
  }

  private async deleteVisible(sql: SqlExecutor): Promise<bigint | undefined> {
    const taken = this.rows;
    if (taken.length === 0) return undefined;
    this.rows = [];
    try {
      // What this sees is seen by the next statement as well.
      const snapshot = await Snapshot.current(sql);
      const visible: number[] = [];
      const unseen: PublishedRow[] = [];
      let firstUnseen: bigint | undefined;
      for (const row of taken) {
        const { seq, origin } = row;
        if (!origin || snapshot.sees(origin.transactionId)) visible.push(seq);
        else {
          unseen.push(row);
          if (firstUnseen === undefined || origin.commitLsn < firstUnseen) firstUnseen = origin.commitLsn;
        }
      }
      const { firsts, lasts } = runsOf(visible);
      await sql.query(
        `DELETE FROM outbox o USING unnest($1::bigint[], $2::bigint[]) AS r (first, last)
         WHERE o.seq BETWEEN r.first AND r.last`,
        [firsts, lasts],
      );
      this.rows = this.rows.concat(unseen);
      return firstUnseen;
    } catch (error) {
      this.rows = this.rows.concat(taken);
      throw error;
    }
  }
}

/** Numbers as runs without a gap. */
export function runsOf(numbers: number[]): { readonly firsts: number[]; readonly lasts: number[] } {
  numbers.sort((left, right) => left - right);
  const firsts: number[] = [];
  const lasts: number[] = [];
  for (const number of numbers) {
    const last = lasts.at(-1);
    if (last !== undefined && number <= last + 1) lasts[lasts.length - 1] = number;
    else {
      firsts.push(number);
      lasts.push(number);
    }
  }
  return { firsts, lasts };
}
