import { describe, expect, it } from '@jest/globals';
import { type SendCommand, type SendResult } from '../replay/command-sender.ts';
import { type TraceEvent } from '../replay/trace.ts';
import { Faults, NO_FAULTS, type FaultOptions } from './faults.ts';

const event = (occurredAtMs: number): TraceEvent => ({
  kind: 'positions',
  chain: 'c',
  begins: false,
  occurredAtMs,
  service: 's',
  method: 'POST',
  path: '/positions',
  body: {
    positions: [
      { userId: 'ada', seconds: 1 },
      { userId: 'bob', seconds: 2 },
    ],
  },
  idempotencyKey: `k${occurredAtMs}`,
  count: 2,
  origin: 'load',
});

const TAKEN: SendResult = { outcome: 'acknowledged', latencyMs: 1 };
const REFUSED: SendResult = { outcome: 'refused', status: 400, reason: '400 no such thing' };

/** A hundred requests with faults, answered by `send`; what was sent beside them. */
async function hundred(options: Partial<FaultOptions>, send: SendCommand) {
  const faults = new Faults({ ...NO_FAULTS, lateByMs: 5000, ...options }, 1);
  const sent: TraceEvent[] = [];
  const times: number[] = [];
  for (let index = 0; index < 100; index += 1) {
    const request = faults.request(10_000 + index, event);
    times.push(request.event.occurredAtMs);
    await faults.follow(request, TAKEN, (extra) => {
      sent.push(extra);
      return send(extra);
    });
  }
  return { faults, sent, times };
}

describe('faults on demand', () => {
  it('sends nothing beside the load unless asked to', async () => {
    const { faults, sent, times } = await hundred({}, () => Promise.resolve(TAKEN));
    expect(sent).toEqual([]);
    expect(times[99]).toBe(10_099);
    expect(faults.areAnsweredWell).toBe(true);
  });

  it('sends a share of the requests once more, as they were', async () => {
    const { faults, sent } = await hundred({ duplicate: 0.2 }, () => Promise.resolve(TAKEN));
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.length).toBeLessThan(40);
    expect(sent).toContainEqual(event(sent[0]?.occurredAtMs ?? 0));
    expect(faults.counts.duplicate).toMatchObject({ sent: sent.length, acknowledged: sent.length });
    expect(faults.areAnsweredWell).toBe(true);
  });

  it('lets a share of the requests tell of long ago', async () => {
    const { faults, times } = await hundred({ late: 1 }, () => Promise.resolve(TAKEN));
    expect(times[0]).toBe(5000);
    expect(faults.counts.late).toMatchObject({ sent: 100, acknowledged: 100 });
  });

  it('breaks one item in each of two ways, and wants it refused', async () => {
    const { faults, sent } = await hundred({ malformed: 1 }, () => Promise.resolve(REFUSED));
    const texts = sent.map(({ rawBody }) => rawBody ?? '');
    const whole = texts.filter((text) => text.endsWith('}'));
    expect(whole).toHaveLength(50);
    expect(new Set(whole).size).toBe(2);
    for (const text of whole) {
      const { positions } = JSON.parse(text) as { positions: Record<string, unknown>[] };
      expect(positions).toHaveLength(1);
      expect(Object.values(positions[0] ?? {})).toContainEqual({ broken: 'by the simulator' });
    }
    for (const text of texts.filter((each) => !each.endsWith('}'))) expect(() => void JSON.parse(text)).toThrow();
    expect(faults.counts.malformed.refused.get(400)).toBe(100);
    expect(faults.areAnsweredWell).toBe(true);
  });

  it('says that it is wrong to take what is broken, and to refuse what is sent twice', async () => {
    expect((await hundred({ malformed: 1 }, () => Promise.resolve(TAKEN))).faults.areAnsweredWell).toBe(false);
    expect((await hundred({ duplicate: 1 }, () => Promise.resolve(REFUSED))).faults.areAnsweredWell).toBe(false);
  });

  it('takes a batch whose items were all refused for a refusal', async () => {
    const refusedItems = [{ status: 422, reason: 'no such show' }];
    const { faults } = await hundred({ malformed: 1 }, () => Promise.resolve({ ...TAKEN, refusedItems }));
    expect(faults.counts.malformed.refused.get(422)).toBe(100);
  });
});
