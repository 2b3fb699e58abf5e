import { describe, expect, it } from '@jest/globals';
import type { Row } from '../bench.ts';
import { withProfileWhereBehind } from './rows-with-profile.ts';

const row = (name: string, met?: boolean): Row => ({
  ...{ name, value: 1, unit: 'ms', baseline: null, ratio: null },
  ...(met !== undefined && { target: { text: '≤ 1 ms', met } }),
});
const hot = [{ name: 'read', place: 'a.ts:1', share: 0.5 }];
const options = { profile: true, onProgress: () => undefined };

describe('the profile of rows that are behind', () => {
  it('is shown with them and no others', async () => {
    const rows = [row('a', true), row('b', false), row('c'), { name: 'd', skipped: 'no disk' }];
    const profiled = await withProfileWhereBehind(rows, options, () => Promise.resolve(hot));
    expect(profiled.map((one) => ('profile' in one ? one.profile : undefined))).toEqual([
      ...[undefined, hot, undefined, undefined],
    ]);
  });

  it('is not made when none is behind, or none is wanted', async () => {
    const fail = () => Promise.reject(new Error('made'));
    expect(await withProfileWhereBehind([row('a', true)], options, fail)).toHaveLength(1);
    expect(await withProfileWhereBehind([row('a', false)], { ...options, profile: false }, fail)).toHaveLength(1);
  });
});
