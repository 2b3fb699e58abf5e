import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import type { HotFunction } from './hot-functions.ts';

/** Adds the profile to those of a contest's rows that are behind; it is made only if there are any. */
export async function withProfileWhereBehind(
  rows: readonly (Row | SkippedRow)[],
  { profile, onProgress }: Pick<BenchOptions, 'profile' | 'onProgress'>,
  makeProfile: () => Promise<readonly HotFunction[]>,
): Promise<(Row | SkippedRow)[]> {
  const isBehind = (row: Row | SkippedRow) => 'target' in row && row.target?.met === false;
  const behind = rows.find(isBehind);
  if (!profile || behind === undefined) return [...rows];
  onProgress(`${behind.name} profile`);
  const hot = await makeProfile();
  return rows.map((row) => (isBehind(row) && hot.length > 0 ? { ...row, profile: hot } : row));
}
