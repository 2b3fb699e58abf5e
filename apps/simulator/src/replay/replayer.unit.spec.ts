import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type SendCommand } from './command-sender.ts';
import { type ReplayClock } from './replay-clock.ts';
import { replay, type ReplayOptions, type ReplayProgress } from './replayer.ts';
import { type TraceEvent, type TraceKind } from './trace.ts';

/** A clock that moves only when someone sleeps. */
class StillClock implements ReplayClock {
  private timeMs = 1000;
  readonly sleeps: number[] = [];

  nowMs(): number {
    return this.timeMs;
  }

  async sleep(durationMs: number): Promise<void> {
    this.sleeps.push(durationMs);
    this.timeMs += durationMs;
    await turn();
  }
}

function event(kind: TraceKind, postId: string, key: string, occurredAtMs = 0, afterPostId?: string): TraceEvent {
  return {
    kind,
    postId,
    occurredAtMs,
    ...(afterPostId === undefined ? {} : { afterPostId }),
    method: 'POST',
    path: '/posts',
    body: {},
    idempotencyKey: key,
    origin: `posts.ndjson:${key}`,
  };
}

const TRACE = {
  name: 'test',
  events: [
    event('post', 'q', 'q'),
    event('post', 'a', 'a', 10, 'q'),
    event('like', 'q', 'q1', 20),
    event('comment', 'a', 'a1', 20),
    event('like', 'q', 'q2', 30),
    event('post', 'z', 'z', 1030),
  ],
};

function run(send: SendCommand, options: Partial<ReplayOptions> = {}) {
  return replay(TRACE, { speed: 'max', concurrency: 4, clock: new StillClock(), send, ...options });
}

const acknowledge = async (): Promise<{ outcome: 'acknowledged'; latencyMs: number }> => {
  await turn();
  return { outcome: 'acknowledged', latencyMs: 2 };
};

describe('a replay', () => {
  it('acknowledges every event once and counts by kind', async () => {
    const result = await run(acknowledge);
    expect(result.acknowledged).toEqual({ post: 3, like: 2, comment: 1 });
    expect(result.refusals).toEqual([]);
    expect(result.latency.count).toBe(6);
  });

  it('sends an event of a post only after the one before was acknowledged, and an answer after its question', async () => {
    const log: string[] = [];
    await run(async (sent) => {
      log.push(`+${sent.idempotencyKey}`);
      await turn();
      await turn();
      log.push(`-${sent.idempotencyKey}`);
      return { outcome: 'acknowledged', latencyMs: 1 };
    });
    const order = (...marks: string[]): void => {
      const places = marks.map((mark) => log.indexOf(mark));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places).not.toContain(-1);
    };
    order('-q', '+q1', '-q1', '+q2');
    order('-q', '+a', '-a', '+a1');
    expect(log.indexOf('+z')).toBeLessThan(log.indexOf('+q2'));
  });

  it('has no more commands under way than it may', async () => {
    let open = 0;
    let most = 0;
    await run(
      async () => {
        most = Math.max(most, (open += 1));
        await turn();
        open -= 1;
        return { outcome: 'acknowledged', latencyMs: 1 };
      },
      { concurrency: 2 },
    );
    expect(most).toBe(2);
  });

  it('waits by the recorded times divided by the speed', async () => {
    const clock = new StillClock();
    const result = await run(acknowledge, { speed: 10, clock });
    expect(result.durationMs).toBeCloseTo(103);
    expect(clock.sleeps).toEqual([1, 1, 1, 100].map((ms): unknown => expect.closeTo(ms)));
  });

  it('sends nothing of a post that was refused, and goes on with the others', async () => {
    const sent: string[] = [];
    const result = await run(async (command) => {
      sent.push(command.idempotencyKey);
      await turn();
      if (command.idempotencyKey === 'a') return { outcome: 'refused', status: 400, reason: '400 too long' };
      return { outcome: 'acknowledged', latencyMs: 1 };
    });
    expect(sent).not.toContain('a1');
    expect(result.acknowledged).toEqual({ post: 2, like: 2, comment: 0 });
    expect(result.refusals.map(({ event: { origin }, status }) => [origin, status])).toEqual([
      ['posts.ndjson:a', 400],
      ['posts.ndjson:a1', 0],
    ]);
  });

  it('goes on with a post when only one of its likes was refused', async () => {
    const result = await run(async (command) => {
      await turn();
      if (command.idempotencyKey === 'q1') return { outcome: 'refused', status: 409, reason: '409' };
      return { outcome: 'acknowledged', latencyMs: 1 };
    });
    expect(result.acknowledged.like).toBe(1);
    expect(result.refusals).toHaveLength(1);
  });

  it('ends with the error of the sender', async () => {
    await expect(run(() => Promise.reject(new Error('stalled')))).rejects.toThrow('stalled');
  });

  it('tells how far it is, up to the end', async () => {
    const told: ReplayProgress[] = [];
    await run(acknowledge, { onProgress: (progress) => told.push(progress) });
    expect(told.map((progress) => progress.done)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(told.at(-1)).toEqual({ done: 6, total: 6 });
  });
});
