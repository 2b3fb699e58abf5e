import { describe, expect, it } from '@jest/globals';
import { hotFunctions } from './hot-functions.ts';

function node(id: number, functionName: string, url = '', lineNumber = 0) {
  return { id, callFrame: { functionName, url, lineNumber } };
}

describe('the hot functions of a profile', () => {
  it('are those with most time of their own, as shares of the time that was not idle', () => {
    const nodes = [node(1, '(idle)'), node(2, 'read', 'node:fs', 9), node(3, ''), node(4, 'read', 'node:fs', 9)];
    const profile = { nodes, samples: [1, 2, 3, 4], timeDeltas: [1000, 50, 25, 25] };
    expect(hotFunctions(profile, 10)).toEqual([
      { name: 'read', place: 'node:fs:10', share: 0.75 },
      { name: '(anonymous)', place: '', share: 0.25 },
    ]);
    expect(hotFunctions(profile, 1)).toHaveLength(1);
  });
});
