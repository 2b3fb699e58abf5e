import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type SendCommand } from './command-sender.ts';
import { type ReplayClock } from './replay-clock.ts';
import { replay, type ReplayOptions, type ReplayProgress } from './replayer.ts';
import { type RefusedItem, type TraceEvent } from './trace.ts';

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

function event(kind: string, chain: string, key: string, occurredAtMs = 0, after?: string): TraceEvent {
  return {
    kind,
    chain,
    begins: kind === 'posts',
    occurredAtMs,
    ...(after === undefined ? {} : { after }),
    service: 'social-posts',
    method: 'POST',
    path: '/posts',
    body: {},
    idempotencyKey: key,
    count: 1,
    origin: `posts.ndjson:${key}`,
  };
}

const TRACE = {
  name: 'test',
  leftOut: {},
  events: [
    event('posts', 'q', 'q'),
    event('posts', 'a', 'a', 10, 'q'),
    event('likes', 'q', 'q1', 20),
    event('comments', 'a', 'a1', 20),
    event('likes', 'q', 'q2', 30),
    event('posts', 'z', 'z', 1030),
  ],
};

function run(send: SendCommand, options: Partial<ReplayOptions> = {}) {
  return replay(TRACE, { speed: 'max', concurrency: 4, clock: new StillClock(), send, ...options });
}

const acknowledge = async (): Promise<{ outcome: 'acknowledged'; latencyMs: number }> => {
  await turn();
  return { outcome: 'acknowledged', latencyMs: 2 };
};

const refused = (reason: string): RefusedItem => ({ status: 404, reason });

describe('a replay', () => {
  it('goes on with what it has begun before it begins more', async () => {
    const chains = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const events = chains.flatMap((chain) => [
      event('posts', chain, `${chain}-first`),
      event('likes', chain, `${chain}-second`),
    ]);
    const sent: string[] = [];
    const send: SendCommand = async ({ idempotencyKey }) => {
      sent.push(idempotencyKey);
      return await acknowledge();
    };
    await replay({ ...TRACE, events }, { speed: 'max', concurrency: 2, clock: new StillClock(), send });
    for (const [index, chain] of chains.entries())
      expect([chain, sent.indexOf(`${chain}-second`) <= 2 * index + 5]).toEqual([chain, true]);
  });

  it('acknowledges every event once and counts by kind', async () => {
    const result = await run(acknowledge);
    expect(result.acknowledged).toEqual({ posts: 3, likes: 2, comments: 1 });
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
    expect(result.acknowledged).toEqual({ posts: 2, likes: 2 });
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
    expect(result.acknowledged['likes']).toBe(1);
    expect(result.refusals).toHaveLength(1);
  });

  it('counts the things of a batch, and those of it that were refused', async () => {
    const batch = { ...event('positions', 'b', 'b'), count: 10 };
    const told: ReplayProgress[] = [];
    const result = await replay(
      { name: 'batches', leftOut: {}, events: [batch, { ...batch, chain: 'c' }] },
      {
        speed: 'max',
        concurrency: 4,
        clock: new StillClock(),
        send: (sent) =>
          Promise.resolve({
            outcome: 'acknowledged',
            latencyMs: 1,
            refusedItems: sent.chain === 'b' ? [refused('too long'), refused('no show')] : [],
          }),
        onProgress: (progress) => told.push(progress),
      },
    );
    expect(result.acknowledged).toEqual({ positions: 18 });
    expect(result.refusals.map(({ reason }) => reason)).toEqual(['too long', 'no show']);
    expect(told.at(-1)).toEqual({ done: 20, total: 20 });
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
