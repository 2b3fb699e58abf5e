import { describe, expect, it } from '@jest/globals';
import { redriveOptions } from './side-topics.ts';
import { completeOptions, type SubscriptionOptions } from './subscription-options.ts';

const complete = (options: Partial<SubscriptionOptions>, mayPark = false): SubscriptionOptions =>
  completeOptions({ group: 'spec', ...options }, mayPark);

describe('the options of a subscription', () => {
  it('park after five attempts where there is a database, and else put aside only what is fatal', () => {
    expect(complete({}, true)).toMatchObject({ policy: 'park', attempts: 5 });
    expect(complete({})).toMatchObject({ policy: 'dead-letter', attempts: 'forever' });
    expect(complete({ policy: 'retry-topic' })).toMatchObject({ attempts: 3 });
    expect(complete({ policy: 'stop', attempts: 2 })).toMatchObject({ attempts: 2 });
    expect(complete({ delivery: 'at-most-once' }, true)).toMatchObject({ policy: 'skip', attempts: 1 });
  });

  it('for what is redriven begin with the first record and end after some attempts', () => {
    expect(redriveOptions(complete({ startFrom: 'latest' }))).toMatchObject({
      ...{ group: 'spec.redrive', startFrom: 'earliest', attempts: 5 },
    });
  });

  it.each([
    [{ group: 'with space' }, /its name/],
    [{ policy: 'park' }, /policy park needs a database/],
    [{ policy: 'ignore' as 'skip' }, /policy ignore is none of park, retry-topic/],
    [{ attempts: 0 }, /attempts is 0; it must be from 1 to 1000/],
    [{ deadlineMs: -1 }, /deadlineMs is -1/],
    [{ policy: 'retry-topic', retryDelaysMs: [0] }, /retryDelaysMs/],
    [{ delivery: 'at-most-once', attempts: 2 }, /at-most-once delivery takes one attempt/],
    [{ delivery: 'at-most-once', policy: 'stop' }, /at-most-once delivery/],
  ] as [Partial<SubscriptionOptions>, RegExp][])('refuse %j', (options, message) => {
    expect(() => complete(options)).toThrow(message);
  });
});
