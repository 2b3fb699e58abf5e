import { describe, expect, it } from '@jest/globals';
import { classifyFailure, FatalHandlerError, MessagingError } from './index.ts';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('the failure policy', () => {
  it.each([
    ['what says so itself', new FatalHandlerError('no')],
    ['a bug', new TypeError('x is not a function')],
    ['data that PostgreSQL cannot hold', withCode('22021')],
    ['a broken constraint', withCode('23514')],
    [
      'a wrong statement, wrapped by TypeORM',
      Object.assign(new Error('query failed'), { driverError: withCode('42601') }),
    ],
    ['an oversized record', new MessagingError('RECORD_TOO_LARGE', 'too large')],
  ])('gives up on %s', (_, error) => {
    expect(classifyFailure(error)).toBe('fatal');
  });

  it.each([
    ['a lost connection', withCode('ECONNREFUSED')],
    ['a database that restarts', Object.assign(new Error('query failed'), { driverError: withCode('57P01') })],
    ['a database with no connection left', withCode('53300')],
    ['a connection that broke in the middle', new Error('Connection terminated unexpectedly')],
    ['a broker that is away', new MessagingError('BROKER_UNAVAILABLE', 'away')],
    ['a failed fetch, which is a TypeError by name', new TypeError('fetch failed', { cause: withCode('ECONNRESET') })],
  ])('waits for %s', (_, error) => {
    expect(classifyFailure(error)).toBe('outage');
  });

  it.each([
    ['a deadlock', withCode('40P01')],
    ['a row that is still to come', withCode('23503')],
    ['a handler that took too long', new MessagingError('HANDLER_TIMEOUT', 'slow')],
    ['an error that nobody knows', new Error('something')],
    ['what is no error', 'something'],
  ])('tries %s again', (_, error) => {
    expect(classifyFailure(error)).toBe('retriable');
  });
});
