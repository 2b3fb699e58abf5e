import { describe, expect, it } from '@jest/globals';
import { isRolledBack, sqlDetailOf, sqlStateOf } from './index.ts';

const withCode = (code: string, rest: object = {}): Error => Object.assign(new Error('failed'), { code, ...rest });

describe('an error of PostgreSQL', () => {
  it('has a state and a detail, also through wrappers', () => {
    const inner = withCode('2BP01', { detail: 'view rich depends on table balances' });
    const wrapped = new Error('query failed', { cause: Object.assign(new Error('wrapped'), { driverError: inner }) });
    expect([sqlStateOf(wrapped), sqlDetailOf(wrapped)]).toEqual(['2BP01', 'view rich depends on table balances']);
  });

  it.each(['ECONNRESET', 'EPIPE', 'EPERM'])('is none with the code of the system error %s', (code) => {
    expect(sqlStateOf(withCode(code))).toBeUndefined();
    expect(isRolledBack(withCode(code))).toBe(false);
  });

  it.each([
    ['23505', true],
    ['40001', true],
    ['08006', false],
    ['57P01', false],
  ])('of state %s was certainly rolled back: %s', (code, rolledBack) => {
    expect(isRolledBack(withCode(code))).toBe(rolledBack);
  });
});
