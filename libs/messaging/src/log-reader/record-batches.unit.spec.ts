import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBatch } from '../log-writer/index.ts';
import { decompressLz4, decompressSnappy } from './decompress.ts';
import { BatchChunk } from './record-batches.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
});
const producer = (id: number, isTransactional = false) => ({ id: BigInt(id), epoch: 0, isTransactional });

function placed(batch: Buffer, offset: number): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(offset), 0);
  return copy;
}

/** The marker that ends a producer's transaction. */
function marker(id: number): Buffer {
  const batch = encodeBatch([{ key: Buffer.alloc(4), value: Buffer.alloc(6) }], producer(id, true), -1, 0);
  batch.writeInt16BE(0b110000, 21);
  return batch;
}

function read(chunk: BatchChunk) {
  const cursor = chunk.records();
  const records = [];
  while (cursor.next())
    records.push({
      offset: cursor.offset,
      timestampMs: cursor.timestampMs,
      key: cursor.keyStart < 0 ? null : Buffer.from(cursor.source.subarray(cursor.keyStart, cursor.keyEnd)),
      value: cursor.valueStart < 0 ? null : Buffer.from(cursor.source.subarray(cursor.valueStart, cursor.valueEnd)),
    });
  return records;
}

describe('record batches that are read in place', () => {
  it('give what was written, from any offset, and leave an incomplete end for the next fetch', () => {
    const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(batches, fc.nat({ max: 40 }), fc.nat({ max: 60 }), (written, from, cut) => {
        let offset = 0;
        const encoded = written.map((records) => {
          const batch = placed(encodeBatch(records, producer(-1), -1, 0), offset);
          offset += records.length;
          return batch;
        });
        const all = Buffer.concat(encoded);
        const last = encoded.at(-1)!.length;
        const isCut = cut > 0 && cut < last;
        const end = isCut ? offset - written.at(-1)!.length : offset;
        const chunk = new BatchChunk('t', 0, from, all.subarray(0, isCut ? all.length - cut : all.length), []);
        const expected = written.flat().map((each, index) => ({ offset: index, ...each }));
        expect(read(chunk)).toEqual(expected.filter((each) => each.offset >= from && each.offset < end));
        expect(chunk.nextOffset).toBe(Math.max(from, end));
      }),
    );
  });

  it('leave out a transaction that was aborted, and nothing after it', () => {
    const data = (id: number, text: string, offset: number): Buffer =>
      placed(encodeBatch([{ key: null, value: Buffer.from(text), timestampMs: 1 }], producer(id, true), 0, 0), offset);
    const batches = Buffer.concat([
      data(1, 'aborted', 0),
      data(2, 'committed', 1),
      placed(marker(1), 2),
      data(1, 'of the next transaction', 3),
      placed(marker(2), 4),
      placed(marker(1), 5),
    ]);
    const chunk = new BatchChunk('t', 0, 0, batches, [{ producerId: 1, firstOffset: 0 }]);
    expect(read(chunk).map(({ value }) => value?.toString())).toEqual(['committed', 'of the next transaction']);
    expect(chunk.nextOffset).toBe(6);
  });

  it('say so when a batch is of a format that is not read', () => {
    const batch = encodeBatch([{ key: null, value: null }], producer(-1), -1, 0);
    batch[16] = 1;
    expect(() => read(new BatchChunk('t', 0, 0, batch, []))).toThrow('The batch at offset 0 has format 1');
  });
});

describe('decompression', () => {
  // "abcabcabc…": literals, then a copy that overlaps itself.
  it('of snappy copies what repeats, raw and framed', () => {
    const raw = Buffer.from([12, 0b1000, 0x61, 0x62, 0x63, 0b10101, 0x03]);
    expect(decompressSnappy(raw).toString()).toBe('abcabcabcabc');
    const framed = Buffer.concat([
      Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, raw.length]),
      raw,
    ]);
    expect(decompressSnappy(framed).toString()).toBe('abcabcabcabc');
  });

  it('of LZ4 copies what repeats', () => {
    const block = Buffer.from([0x35, 0x61, 0x62, 0x63, 0x03, 0x00, 0x00]);
    const frame = Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, block.length, 0, 0, 0]),
      block,
      Buffer.alloc(4),
    ]);
    expect(decompressLz4(frame).toString()).toBe('abcabcabcabc');
  });

  it('refuses what is damaged', () => {
    expect(() => decompressSnappy(Buffer.from([12, 0b1000, 0x61, 0x62, 0x63, 0b10101, 0x09]))).toThrow(
      'no snappy data',
    );
    expect(() => decompressLz4(Buffer.alloc(10))).toThrow('no LZ4 data');
  });
});
