import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAs } from '../problem/index.ts';
import { Id, OccurredAt } from './fields.ts';
import { isPlainId, isPlainMoment } from './plain-fields.ts';

class Identified {
  @Id()
  id!: string;
}

class Dated {
  @OccurredAt()
  occurredAt?: string;
}

const isTaken = (type: new () => object, given: object): boolean => {
  try {
    readAs(type, given);
    return true;
  } catch {
    return false;
  }
};

const numeral = (from: number, to: number, digits: number): fc.Arbitrary<string> =>
  fc.integer({ min: from, max: to }).map((value) => String(value).padStart(digits, '0'));

/** Right and nearly right: months of 31 days, hours of 25, zones, fractions. */
const moment = fc
  .tuple(
    numeral(0, 9999, 4),
    numeral(0, 13, 2),
    numeral(0, 32, 2),
    numeral(0, 25, 2),
    numeral(0, 61, 2),
    numeral(0, 61, 2),
  )
  .chain(([year, month, day, hour, minute, second]) =>
    fc
      .constantFrom('', 'Z', '.1Z', '.123Z', '.1234Z', '+01:00', '-05:00', ' Z', 'z', '\n')
      .map((zone) => `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`),
  );

const others = fc.oneof(
  fc.anything(),
  fc.string({ maxLength: 120 }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

describe('a quick look at a field', () => {
  it('takes what clients send', () => {
    expect(isPlainId('p-1:2.3_4~5')).toBe(true);
    expect(isPlainMoment('2018-03-12T17:00:00Z')).toBe(true);
    expect(isPlainMoment('2018-03-12T17:00:00.123Z')).toBe(true);
  });

  it('takes no identifier that a close look would refuse', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9._~: \n-]{0,105}$/);
    fc.assert(
      fc.property(fc.oneof(id, others), (value) => !isPlainId(value) || isTaken(Identified, { id: value })),
      { numRuns: 1000, examples: [['x'.repeat(100)], ['x'.repeat(101)], ['x\n'], ['']] },
    );
  });

  it('takes no moment that a close look would refuse, and every one that has a time', () => {
    fc.assert(
      fc.property(
        fc.oneof(moment, others),
        (value) => !isPlainMoment(value) || (isTaken(Dated, { occurredAt: value }) && !Number.isNaN(Date.parse(value))),
      ),
      { numRuns: 3000, examples: [['2013-02-30T00:00:00Z'], ['2013-02-28T23:59:60Z'], ['2013-01-01T24:00:00Z']] },
    );
  });
});
