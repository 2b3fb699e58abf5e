import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DigestSet } from './digest-set.ts';
import { SeenStore } from './seen-store.ts';

const hourMs = 3_600_000;

describe('a set of digests', () => {
  it('is a set, whatever its size and wherever digests meet', () => {
    // Few values of the low half, so that many begin at one slot.
    const digest = fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(digest, fc.nat(3)), { maxLength: 400 }), (steps) => {
        const set = new DigestSet();
        const known = new Set<string>();
        for (const [index, [[high, low], choice]] of steps.entries()) {
          // Two zeros are taken for their neighbor.
          const text = `${high} ${high === 0 && low === 0 ? 1 : low}`;
          expect(set.add(high, low)).toBe(!known.has(text));
          known.add(text);
          if (choice > 0) continue;
          const [[goneHigh, goneLow]] = steps[Math.floor(index / 2)]!;
          set.delete(goneHigh, goneLow);
          known.delete(`${goneHigh} ${goneHigh === 0 && goneLow === 0 ? 1 : goneLow}`);
        }
        expect(set.size).toBe(known.size);
        expect(new Set([...set.values()].map(([high, low]) => `${high} ${low}`))).toEqual(known);
      }),
    );
  });
});

/** A changelog as a compacted topic keeps it. */
class Changelog {
  readonly records = new Map<string, Buffer>();
  written = 0;

  take(store: SeenStore): void {
    store.drain((key, value) => {
      this.written += 1;
      if (value === null) this.records.delete(key.toString('latin1'));
      else this.records.set(key.toString('latin1'), value);
    });
  }

  restore(): SeenStore {
    const store = new SeenStore();
    for (const [key, value] of this.records) {
      const source = Buffer.concat([Buffer.from(key, 'latin1'), value]);
      const valueEnd = source.length;
      store.restore({ source, keyStart: 0, keyEnd: key.length, valueStart: key.length, valueEnd, timestampMs: 0 });
    }
    return store;
  }
}

describe('what was seen', () => {
  it('is told apart by window, and known again after a restart', () => {
    const changelog = new Changelog();
    const store = new SeenStore();
    expect([store.see('ann', 0), store.see('ann', 0), store.see('ann', hourMs), store.see('ben', 0)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    store.streamTimeMs = hourMs + 5;
    changelog.take(store);
    const restored = changelog.restore();
    expect([restored.size, restored.streamTimeMs, restored.earliestStartMs]).toEqual([3, hourMs + 5, 0]);
    expect([restored.see('ann', 0), restored.see('ann', hourMs), restored.see('cem', 0)]).toEqual([false, false, true]);
    const before = changelog.written;
    changelog.take(restored);
    expect(changelog.written).toBe(before + 1);
  });

  it('leaves the changelog with its window, so much at a time, also over restarts', () => {
    const changelog = new Changelog();
    let store = new SeenStore();
    for (let user = 0; user < 45_000; user += 1) store.see(`user-${user}`, 0);
    store.see('late', hourMs);
    changelog.take(store);
    store.drop(0);
    expect(store.size).toBe(1);
    changelog.take(store);
    expect(changelog.records.size).toBe(45_001 - 20_000);
    store = changelog.restore();
    expect([store.earliestStartMs, store.size]).toEqual([0, 25_001]);
    store.drop(0);
    for (let drain = 0; drain < 2; drain += 1) changelog.take(store);
    expect(changelog.records.size).toBe(1);
    expect(store.earliestStartMs).toBe(hourMs);
  });
});
