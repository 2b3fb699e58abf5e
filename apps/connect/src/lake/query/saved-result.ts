/** What a saved query gives: its answer, or why there is none yet. */
import type { LakeQueries } from './lake-queries.ts';
import { nothingYet } from './query-failure.ts';
import type { QueryAnswer } from './query-messages.ts';
import type { SavedQuery } from './saved-queries.ts';

export interface SavedResult {
  readonly answer: QueryAnswer | null;
  /** Why it was not run, for example since a table has no rows yet. */
  readonly skipped: string | null;
}

/** A table that is not there is no mistake of whoever asks: its topic has had no record. @throws {QueryFailure} for any other reason */
export async function resultOf(queries: LakeQueries, { sql }: SavedQuery): Promise<SavedResult> {
  try {
    return { answer: await queries.query(sql), skipped: null };
  } catch (error) {
    return { answer: null, skipped: nothingYet(error) };
  }
}
