/** Who was active lately, by the lake: the one place that knows of all users. Asked seldom, since the lake is behind anyway. */
export const LAKE_USERS_INTERVAL_MS = 10_000;

/** Address of the answer. @param table a topic whose rows have a `userId` */
export function lakeUsersUrl(table: string): string {
  const sql = `SELECT userId FROM ${table} WHERE userId IS NOT NULL GROUP BY userId ORDER BY max(_timestamp) DESC, count(*) DESC, userId LIMIT 8`;
  return `/api/services/connect/query?sql=${encodeURIComponent(sql)}`;
}

export interface LakeUsers {
  readonly rows: readonly (readonly unknown[])[];
}

export function lakeUsers(answer: LakeUsers | null): string[] {
  return (answer?.rows ?? []).map(([user]) => String(user));
}
