import { setImmediate } from 'node:timers/promises';

const sliceMs = 1;
/** Between two looks at the clock. */
const itemsPerLook = 16;

/** Does something with each item, in order, and lets others of this process work after each millisecond: a rider waits for no whole batch. */
export async function inSlices<Item, Result>(items: readonly Item[], work: (item: Item) => Result): Promise<Result[]> {
  const results: Result[] = [];
  let endMs = performance.now() + sliceMs;
  for (const item of items) {
    results.push(work(item));
    if (results.length % itemsPerLook !== 0 || performance.now() < endMs) continue;
    await setImmediate();
    endMs = performance.now() + sliceMs;
  }
  return results;
}
