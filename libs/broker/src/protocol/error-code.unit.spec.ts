import { describe, expect, it } from '@jest/globals';
import { apiName, ApiKey } from './api-key.ts';
import { apis } from './apis.ts';
import { ErrorCode, errorName, isRetriable } from './error-code.ts';
import { KafkaError } from './kafka-error.ts';

describe('ErrorCode', () => {
  it('names every code from -1 to 133 once', () => {
    const codes = Object.values(ErrorCode).sort((one, other) => one - other);
    expect(codes).toEqual(Array.from({ length: 135 }, (_, index) => index - 1));
    for (const [name, code] of Object.entries(ErrorCode)) expect(errorName(code)).toBe(name);
    expect(errorName(9999)).toBe('UNKNOWN_SERVER_ERROR');
  });

  it('tells which errors a client retries', () => {
    expect(isRetriable(ErrorCode.NOT_COORDINATOR)).toBe(true);
    expect(isRetriable(ErrorCode.CORRUPT_MESSAGE)).toBe(true);
    expect(isRetriable(ErrorCode.MESSAGE_TOO_LARGE)).toBe(false);
    expect(isRetriable(ErrorCode.NONE)).toBe(false);
  });
});

describe('KafkaError', () => {
  it('is made by name or by code and carries both', () => {
    const cause = new Error('disk');
    for (const error of ['KAFKA_STORAGE_ERROR', ErrorCode.KAFKA_STORAGE_ERROR] as const) {
      const failure = new KafkaError(error, 'why', { cause });
      expect([failure.errorName, failure.code, failure.retriable, failure.cause]).toEqual([
        'KAFKA_STORAGE_ERROR',
        56,
        true,
        cause,
      ]);
    }
  });
});

describe('ApiKey', () => {
  it('has the key of every API that is defined', () => {
    for (const api of apis) expect(ApiKey[api.name as keyof typeof ApiKey]).toBe(api.key);
    expect(apiName(0)).toBe('Produce');
    expect(apiName(777)).toBe('key 777');
  });
});
