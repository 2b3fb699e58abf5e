import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Watermark, type TrackedOffset } from './watermark.ts';

describe('a watermark', () => {
  it('stands at the start until the first record is finished', () => {
    const watermark = new Watermark(5n);
    expect(watermark.position).toBe(5n);
    const first = watermark.add(7n);
    watermark.add(8n);
    expect(watermark.position).toBe(7n);
    watermark.finish(first);
    expect(watermark.position).toBe(8n);
  });

  it('stands behind the last record, and behind what held no record, when all is finished', () => {
    const watermark = new Watermark(0n);
    watermark.finish(watermark.add(0n));
    expect(watermark.position).toBe(1n);
    watermark.fetchedUpTo(4n);
    expect(watermark.position).toBe(4n);
  });

  it('never passes an unfinished record, in whatever order records with gaps finish', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3_000 }),
        fc.infiniteStream(fc.nat()),
        (gaps, choices) => {
          const watermark = new Watermark(0n);
          let offset = 0n;
          const open: TrackedOffset[] = [];
          for (const gap of gaps) {
            offset += BigInt(gap);
            open.push(watermark.add(offset));
            const index = choices.next().value % (open.length * 2);
            const finished = open[index];
            if (!finished) continue;
            open.splice(index, 1);
            watermark.finish(finished);
            expect(watermark.position).toBe(open[0]?.offset ?? offset + 1n);
          }
          for (const tracked of open) watermark.finish(tracked);
          expect(watermark.position).toBe(gaps.length === 0 ? 0n : offset + 1n);
          expect(watermark.pending).toBe(0);
        },
      ),
    );
  });
});
