import { describe, expect, it } from '@jest/globals';
import { readAs } from '@headwater/service-kit';
import { isPlainTaxiPosition, isPlainUserPosition } from './position-check.ts';
import { TaxiPositionItem, UserPositionItem } from './position.requests.ts';

const taxi = { taxiId: 't1', latitude: 40.75, longitude: -73.98, available: true, occurredAt: '2013-01-01T05:00:00Z' };
const user = { userId: 'ann', latitude: 40.75, longitude: -73.98 };

/** What somebody may send in the place of a field. */
const odd: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  '',
  'x',
  'a b',
  'x'.repeat(100),
  'x'.repeat(101),
  0,
  -0,
  90,
  90.1,
  -180,
  180.1,
  NaN,
  Infinity,
  -Infinity,
  '40',
  [],
  [1],
  {},
  '2013-01-01',
  '2013-01-01T05:00:00',
  '2013-01-01T05:00:00.123Z',
  '2013-01-01T05:00:00.1234Z',
  '2013-02-28T23:59:59Z',
  '2013-02-30T00:00:00Z',
  '2013-01-31T00:00:00Z',
  '2013-13-01T00:00:00Z',
  '2013-01-01T24:00:00Z',
  '2013-01-01T05:00:60Z',
  '2013-01-01T00:00:00-05:00',
  '9999-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
];

const isTaken = (type: new () => object, given: unknown): boolean => {
  try {
    readAs(type, given);
    return true;
  } catch {
    return false;
  }
};

describe('the quick look at a position', () => {
  it('takes what devices send', () => {
    expect(isPlainTaxiPosition(taxi)).toBe(true);
    expect(isPlainUserPosition(user)).toBe(true);
    expect(isPlainTaxiPosition({ ...taxi, occurredAt: new Date().toISOString() })).toBe(new Date().getUTCDate() <= 28);
  });

  it('takes nothing that a close look would refuse', () => {
    const taxis = [...Object.keys(taxi), 'other'].flatMap((field) => odd.map((value) => ({ ...taxi, [field]: value })));
    const users = [...Object.keys(user), 'occurredAt', 'available'].flatMap((field) =>
      odd.map((value) => ({ ...user, [field]: value })),
    );
    for (const given of [...taxis, ...odd])
      if (isPlainTaxiPosition(given)) expect([given, isTaken(TaxiPositionItem, given)]).toEqual([given, true]);
    for (const given of [...users, ...odd])
      if (isPlainUserPosition(given)) expect([given, isTaken(UserPositionItem, given)]).toEqual([given, true]);
    expect(taxis.filter(isPlainTaxiPosition).length).toBeGreaterThan(10);
  });
});
