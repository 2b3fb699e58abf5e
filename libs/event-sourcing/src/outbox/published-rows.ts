/** Rows that were published and are to be deleted: as runs of neighboring numbers, so that many are deleted by few look-ups. */
import { type SqlExecutor } from '../database/index.ts';

export class PublishedRows {
  private seqs: number[] = [];

  add(seq: bigint): void {
    this.seqs.push(Number(seq));
  }

  /** Deletes what was added; what cannot be deleted stays. */
  async delete(sql: SqlExecutor): Promise<void> {
    const deleted = this.seqs;
    if (deleted.length === 0) return;
    this.seqs = [];
    try {
      const { firsts, lasts } = runsOf(deleted);
      await sql.query(
        `DELETE FROM outbox o USING unnest($1::bigint[], $2::bigint[]) AS r (first, last)
         WHERE o.seq BETWEEN r.first AND r.last`,
        [firsts, lasts],
      );
    } catch (error) {
      this.seqs = this.seqs.concat(deleted);
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
