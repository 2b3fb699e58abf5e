import { describe, expect, it } from '@jest/globals';
import { nodeTooOld } from './required-node.ts';

describe('the Node that the broker needs', () => {
  it.each(['22.15.0', '22.20.1', '23.8.0', '24.0.0', '24.9.0', '30.1.2'])('is %s', (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  });

  it.each(['18.20.4', '20.20.2', '21.7.3', '22.14.0', '23.7.0'])('is not %s, and one line says so', (version) => {
    expect(nodeTooOld(version)).toMatch(new RegExp(`^[^\\n]*Node 22\\.15 or newer \\(this is ${version}\\)[^\\n]*$`));
  });
});
