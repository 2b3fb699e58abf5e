import { type GetAnswer } from './check.ts';

const LARGEST_PAGE = 100;

/** All items of a list that is answered page by page; `undefined` when a page has no answer. */
export async function readPages<T>(path: string, get: GetAnswer): Promise<readonly T[] | undefined> {
  const all: T[] = [];
  let after = '';
  for (;;) {
    const page = (await get(`${path}?limit=${LARGEST_PAGE}${after}`)) as Page<T> | undefined;
    if (page === undefined) return undefined;
    all.push(...page.items);
    if (page.nextCursor === null) return all;
    after = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}
