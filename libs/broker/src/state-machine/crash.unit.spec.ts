import { describe, expect, it } from '@jest/globals';
import { MemoryFileSystem } from '../storage/index.ts';
import { openMachine } from './testing/key-value-machine.ts';

/** Mulberry32: the same numbers for the same seed. */
function seededRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seeds = Array.from({ length: 10 * Number(process.env['HEADWATER_THOROUGH'] ?? 1) }, (_, index) => 1000 + index);

describe.each([
  ['with its whole log', undefined],
  ['with snapshots', { everyBytes: 400, everyMs: Number.POSITIVE_INFINITY }],
] as const)('a state machine %s that crashes and whose disk fails again and again', (_, snapshots) => {
  it.each(seeds)(
    'has after each restart the state of a first part of its operations that holds all answered ones (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      let fileSystem = new MemoryFileSystem();
      /** The value that each operation wrote, in order; those that failed are taken out. */
      let history: string[] = [];
      for (let cycle = 0; cycle < 5; cycle++) {
        const open = await openMachine(fileSystem, undefined, snapshots);
        const found = open.machine.entries.get('n') ?? '';
        expect(['', ...history]).toContain(found);
        history = history.slice(0, history.indexOf(found) + 1);
        let answered = found;
        const running: Promise<unknown>[] = [];
        for (let step = 0; step < 20; step++) {
          if (random() < 0.1) fileSystem.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
          if (random() < 0.3) fileSystem.fault = undefined;
          const value = `${cycle}.${step}`;
          const write = open.runtime.write(() => {
            history.push(value);
            return { records: [{ key: 'n', value }], reply: value };
          });
          running.push(
            write.then(
              () => (answered = value),
              () => undefined,
            ),
          );
          if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
        }
        fileSystem.fault = undefined;
        if (random() < 0.5) await Promise.all(running);
        const mustHold = history.indexOf(answered);
        fileSystem = random() < 0.5 ? fileSystem.crash(random) : fileSystem.kill();
        const next = await openMachine(fileSystem, undefined, snapshots);
        expect(history.indexOf(next.machine.entries.get('n') ?? '')).toBeGreaterThanOrEqual(mustHold);
        await Promise.all(running);
        await next.runtime.close();
        await next.storage.close();
      }
    },
  );
});
