/** Who was active lately, by the lake: the one place that knows of all users. Asked seldom, since the lake is behind anyway. */
export const LAKE_USERS_INTERVAL_MS = 10_000;

/** Address of the answer. @param query a saved query whose first column names users */
export function lakeUsersUrl(query: string): string {
  return `/api/services/connect/queries/${query}/result`;
}

export interface LakeUsers {
  /** Null while the lake has nothing of it. */
  readonly answer: { readonly rows: readonly (readonly unknown[])[] } | null;
}

export function lakeUsers(result: LakeUsers | null): string[] {
  return (result?.answer?.rows ?? []).map(([user]) => String(user));
}
