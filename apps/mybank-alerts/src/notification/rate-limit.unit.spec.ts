import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planNotification, type ChannelPlace } from './rate-limit.ts';

const limit = { perWindow: 3, windowMs: 1_000 };
const place: ChannelPlace = { told: 0, telling: null, last: 10, overLimit: false, windowStartedAtMs: 0, sent: 0 };

describe('the rate limit of a channel', () => {
  it('tells alerts one by one up to the limit, and the rest together when the window is over', () => {
    expect(planNotification({ ...place, sent: 2, told: 2 }, limit, 500)).toMatchObject({
      act: 'tell',
      telling: 3,
      sent: 3,
    });
    expect(planNotification({ ...place, sent: 3, told: 3 }, limit, 500)).toEqual({ act: 'wait', untilMs: 1_000 });
    expect(planNotification({ ...place, sent: 3, told: 3, overLimit: true }, limit, 1_000)).toEqual({
      act: 'tell',
      telling: 10,
      overLimit: false,
      windowStartedAtMs: 1_000,
      sent: 1,
    });
  });

  it('tells again exactly what was under way, and counts it once', () => {
    expect(planNotification({ ...place, telling: 4, sent: 3 }, limit, 500)).toMatchObject({ telling: 4, sent: 3 });
  });

  it('tells every alert once, in order, and never more often than it may', () => {
    const arrivals = fc.array(fc.record({ afterMs: fc.nat(600), alerts: fc.nat(5) }), { maxLength: 40 });
    fc.assert(
      fc.property(arrivals, (steps) => {
        let now = 0;
        let at: ChannelPlace = { ...place, last: 0, windowStartedAtMs: -10_000 };
        const toldAtMs: number[] = [];
        const settle = (untilMs: number): void => {
          while (at.last > at.told && now <= untilMs) {
            const plan = planNotification(at, limit, now);
            if (plan.act === 'wait') {
              at = { ...at, overLimit: true };
              if (plan.untilMs > untilMs) return;
              now = plan.untilMs;
            } else {
              expect(plan.telling).toBeGreaterThan(at.told);
              expect(plan.telling).toBeLessThanOrEqual(at.last);
              toldAtMs.push(now);
              at = { ...at, ...plan, told: plan.telling, telling: null };
            }
          }
        };
        for (const { afterMs, alerts } of steps) {
          settle(now + afterMs);
          now += afterMs;
          at = { ...at, last: at.last + alerts };
        }
        settle(Number.MAX_SAFE_INTEGER);
        expect(at.told).toBe(at.last);
        // Windows begin with their first notification, so at most two windows' worth meet in any window's time.
        for (const from of toldAtMs)
          expect(toldAtMs.filter((ms) => ms >= from && ms < from + limit.windowMs).length).toBeLessThanOrEqual(6);
      }),
    );
  });
});
