import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonCodec, longCodec, stringCodec } from '../codec/index.ts';
import { MemoryStore } from './memory-store.ts';

const key = fc.nat({ max: 6 });

const steps = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.record({ kind: fc.constant<'put'>('put'), key, forMs: fc.nat({ max: 9 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant<'forget'>('forget'), key }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant<'pass'>('pass'), ms: fc.nat({ max: 3 }) }) },
    { weight: 5, arbitrary: fc.constant({ kind: 'drain' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'look' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  ),
  { maxLength: 300, size: 'max' },
);

type Expected = Map<number, { state: string; untilMs: number }>;

/** A store and the changelog that it writes. */
class Logged {
  store = newStore();
  private readonly log = new Map<string, { key: Buffer; value: Buffer }>();

  drain(): void {
    this.store.drain((key, value) => {
      if (value) this.log.set(key.toString('latin1'), { key, value });
      else expect(this.log.delete(key.toString('latin1'))).toBe(true);
    });
  }

  restore(): void {
    this.store = newStore();
    for (const { key, value } of this.log.values())
      this.store.restore({
        source: Buffer.concat([key, value]),
        keyStart: 0,
        keyEnd: key.length,
        valueStart: key.length,
        valueEnd: key.length + value.length,
        timestampMs: 0,
      });
  }
}

const newStore = () => new MemoryStore<number, string>(longCodec, stringCodec);

function endsBefore(expected: Expected, timeMs: number): number[] {
  const over = [...expected].filter(([, { untilMs }]) => untilMs < timeMs);
  return over.map(([key]) => key).sort((one, other) => one - other);
}

function takeAll(store: MemoryStore<number, string>): { keys: number[]; ends: number[] } {
  const [keys, ends]: [number[], number[]] = [[], []];
  for (let memory = store.takeOver(); memory; memory = store.takeOver()) {
    keys.push(memory.key);
    ends.push(memory.untilMs);
  }
  return { keys, ends };
}

describe('what is remembered', () => {
  it('is what a map remembers, each until its time, through drains and crashes', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const logged = new Logged();
        let expected: Expected = new Map();
        let drained: { expected: Expected; nowMs: number } = { expected: new Map(), nowMs: -1 };
        for (const [index, step] of all.entries()) {
          const { store } = logged;
          if (step.kind === 'put') {
            const state = `state-${index}`;
            const untilMs = store.streamTimeMs + step.forMs;
            const known = store.of(step.key);
            expect(known?.state).toBe(expected.get(step.key)?.state);
            if (known) store.replace(known, state, untilMs);
            else store.add(step.key, state, untilMs);
            expected.set(step.key, { state, untilMs });
          } else if (step.kind === 'forget') {
            const known = store.of(step.key);
            expect(known !== undefined).toBe(expected.delete(step.key));
            if (known) store.forget(known);
          } else if (step.kind === 'pass') {
            store.streamTimeMs += step.ms;
            const { keys, ends } = takeAll(store);
            expect(ends).toEqual(ends.toSorted((one, other) => one - other));
            expect(keys.sort((one, other) => one - other)).toEqual(endsBefore(expected, store.streamTimeMs));
            for (const key of keys) expected.delete(key);
          } else if (step.kind === 'drain') {
            logged.drain();
            drained = { expected: new Map(expected), nowMs: store.streamTimeMs };
          } else if (step.kind === 'crash') {
            logged.restore();
            expected = new Map(drained.expected);
            expect(logged.store.streamTimeMs).toBe(drained.nowMs);
          }
          expect(logged.store.size).toBe(expected.size);
          // Not after each step: what was looked at is no longer only bytes.
          if (step.kind !== 'look') continue;
          for (const [known, { state, untilMs }] of expected)
            expect(logged.store.of(known)).toMatchObject({ key: known, state, untilMs });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('asks for no more of the changelog when the same is remembered for as long', () => {
    const store = new MemoryStore<string, { readonly count: number }>(stringCodec, jsonCodec());
    store.add('a', { count: 1 }, 10);
    const written: string[] = [];
    const drain = (): void => store.drain((key) => written.push(key.toString()));
    drain();
    const known = store.of('a')!;
    store.replace(known, known.state, 10);
    drain();
    expect(written).toHaveLength(1);
    expect(store.of('a')!.state).toEqual({ count: 1 });
  });
});
