import { describe, expect, it } from '@jest/globals';
import { messageIdOf } from './index.ts';

describe('the message id of an idempotency key', () => {
  it('is the same for the same key and scope, in every process and release', () => {
    expect(messageIdOf('key-1', 'POST /posts user-7')).toBe('6e02c305-6a82-57cf-b9c6-831c4cf01963');
  });

  it('is another for another key, another scope, and parts that only look alike together', () => {
    const ids = [
      messageIdOf('key-1', 'POST /posts'),
      messageIdOf('key-2', 'POST /posts'),
      messageIdOf('key-1', 'POST /likes'),
      messageIdOf('b', 'a'),
      messageIdOf('', 'ab'),
      messageIdOf('ab', ''),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is a UUID of version 5', () => {
    expect(messageIdOf('key', 'scope')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
