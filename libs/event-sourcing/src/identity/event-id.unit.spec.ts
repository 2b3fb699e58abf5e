import { describe, expect, it } from '@jest/globals';
import { newEventId, timeOfId } from './index.ts';

describe('an event id', () => {
  it('is a UUID of version 7 that begins with the time', () => {
    const beforeMs = Date.now();
    const id = newEventId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const timeMs = timeOfId(id)!.getTime();
    expect(timeMs).toBeGreaterThanOrEqual(beforeMs);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
  });

  it('of another version tells no time', () => {
    expect(timeOfId('00000000-0000-4000-8000-000000000000')).toBeUndefined();
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newEventId())).size).toBe(10_000);
  });
});
