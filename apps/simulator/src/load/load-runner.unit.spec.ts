import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type SendCommand } from '../replay/command-sender.ts';
import { type TraceEvent } from '../replay/trace.ts';
import { Faults, NO_FAULTS } from './faults.ts';
import { type ProfileName } from './profiles.ts';
import { runLoad } from './load-runner.ts';

/** Time that moves only when someone sleeps. */
class StillClock {
  timeMs = 0;

  nowMs(): number {
    return this.timeMs;
  }

  async sleep(durationMs: number): Promise<void> {
    this.timeMs += durationMs;
    await turn();
  }
}

const EVENT: TraceEvent = {
  kind: 'positions',
  chain: 'c',
  begins: false,
  occurredAtMs: 0,
  service: 's',
  method: 'POST',
  path: '/positions',
  body: {},
  idempotencyKey: 'k',
  count: 10,
  origin: 'load',
};

function run(clock: StillClock, send: SendCommand, concurrency = 4, profile: ProfileName = 'steady') {
  const next = (): TraceEvent => EVENT;
  const faults = new Faults(NO_FAULTS, 1);
  return runLoad({
    rate: 1000,
    profile,
    durationMs: 500,
    concurrency,
    clock,
    next,
    wallClock: () => 0,
    faults,
    send,
  });
}

describe('a load', () => {
  it('sends what its rate asks for, evenly, and counts the things of each request', async () => {
    const clock = new StillClock();
    const sentAt: number[] = [];
    const result = await run(clock, () => {
      sentAt.push(Math.round(clock.timeMs));
      return Promise.resolve({ outcome: 'acknowledged', latencyMs: 1 });
    });
    expect(sentAt.slice(0, 4)).toEqual([0, 10, 20, 30]);
    expect(result.acknowledged).toBe(500);
    expect(result.latency.count).toBe(50);
  });

  it("follows its profile's rate", async () => {
    const clock = new StillClock();
    const sentAt: number[] = [];
    const send: SendCommand = () => {
      sentAt.push(clock.timeMs);
      return Promise.resolve({ outcome: 'acknowledged', latencyMs: 1 });
    };
    const result = await run(clock, send, 4, 'launch-day');
    const firstHalf = sentAt.filter((atMs) => atMs < 250).length;
    expect(result.asked).toBe(426);
    expect(result.acknowledged).toBeGreaterThan(380);
    expect(firstHalf).toBeLessThan(0.45 * sentAt.length);
  });

  it('does not make up for what a slow service held up, whose latency counts from when it was due', async () => {
    const clock = new StillClock();
    const result = await run(
      clock,
      async () => {
        await clock.sleep(100);
        return { outcome: 'acknowledged', latencyMs: 100 };
      },
      1,
    );
    expect(result.acknowledged).toBeLessThan(100);
    expect(result.latency.maxMs).toBeGreaterThan(300);
  });

  it('keeps what was refused, whole requests and single items', async () => {
    let requests = 0;
    const result = await run(new StillClock(), () => {
      requests += 1;
      if (requests === 1) return Promise.resolve({ outcome: 'refused', status: 404, reason: 'no' });
      const refusedItems = requests === 2 ? [{ status: 400, reason: 'item' }] : [];
      return Promise.resolve({ outcome: 'acknowledged', latencyMs: 1, refusedItems });
    });
    expect(result.refusals.map(({ reason }) => reason)).toEqual(['no', 'item']);
    expect(result.acknowledged).toBe(489);
  });

  it('ends with the error of the sender', async () => {
    await expect(run(new StillClock(), () => Promise.reject(new Error('stalled')))).rejects.toThrow('stalled');
  });
});
