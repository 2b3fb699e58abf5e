import { type RefusedItem } from '../replay/trace.ts';

/** Of a batch that is answered item by item, as `{results: [{status, problem?}]}`: the items that were refused. */
export function refusedItems(answer: unknown): readonly RefusedItem[] {
  const { results } = answer as {
    readonly results: readonly { readonly status: string; readonly problem?: { status: number; detail: string } }[];
  };
  return results.flatMap(({ status, problem }) => {
    if (status !== 'refused') return [];
    return [{ status: problem?.status ?? 0, reason: problem?.detail ?? 'refused without a reason' }];
  });
}
