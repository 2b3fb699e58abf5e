import { describe, expect, it } from '@jest/globals';
import { newEventId } from './index.ts';

describe('an event id', () => {
  it('is a UUID of version 7 that begins with the time', () => {
    const beforeMs = Date.now();
    const id = newEventId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const timeMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(timeMs).toBeGreaterThanOrEqual(beforeMs);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newEventId())).size).toBe(10_000);
  });
});
