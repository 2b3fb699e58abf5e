/** What a writer assumes of the stream: nothing, that it has no event, that it has some, or its very version. */
export type ExpectedVersion = 'any' | 'none' | 'exists' | number;

/** As the append function takes it: null for any, -1 for exists, else the version. */
export function expectedVersionCode(expected: ExpectedVersion): number | null {
  switch (expected) {
    case 'any':
      return null;
    case 'exists':
      return -1;
    case 'none':
      return 0;
    default:
      if (!Number.isSafeInteger(expected) || expected < 0) {
        throw new RangeError(`an expected version is 'any', 'none', 'exists' or a number from 0, not ${expected}`);
      }
      return expected;
  }
}
