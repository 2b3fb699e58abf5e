import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ErrorCode } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';
import { encodeBatch } from './batch-encoder.ts';
import { batchCrc } from './batch-crc.ts';
import { addSequence, Compression, readBatchHeader } from './batch-header.ts';
import { assignOffsets, batchesIn, hasValidCrc, validateBatch } from './record-batch.ts';
import { decodeRecords, visitRecords } from './record-reader.ts';

const record = (value: string, key: string | null = 'key') => ({
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  timestampMs: 1_790_000_000_000,
});
const small = () => encodeBatch({ records: [record('a'), record('b')] });
const patched = (patch: (batch: Buffer) => void, fixCrc = true) => {
  const batch = small();
  patch(batch);
  if (fixCrc) batch.writeUInt32BE(batchCrc([batch], 0, batch.length), 17);
  return batch;
};
const refusal = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(KafkaError);
    return (error as KafkaError).errorName;
  }
  return undefined;
};

describe('validateBatch', () => {
  it('refuses every batch with one bit turned over, except in what the broker writes', () => {
    const batch = small();
    for (let at = 0; at < batch.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(batch);
        damaged[at]! ^= 1 << bit;
        const belongsToBroker = at < 8 || (at >= 12 && at < 16);
        expect([at, bit, refusal(() => validateBatch([damaged])) === undefined]).toEqual([at, bit, belongsToBroker]);
      }
    }
  });

  it('refuses a batch that is cut off anywhere', () => {
    const batch = small();
    for (let length = 0; length < batch.length; length++) {
      expect(refusal(() => validateBatch([batch.subarray(0, length)]))).toBe('CORRUPT_MESSAGE');
    }
  });

  it('tells a client with an old message format to renew itself', () => {
    const old = patched((batch) => batch.writeInt8(1, 16));
    expect(refusal(() => validateBatch([old]))).toBe('UNSUPPORTED_FOR_MESSAGE_FORMAT');
    expect(refusal(() => validateBatch([patched((batch) => batch.writeInt8(7, 16))]))).toBe('CORRUPT_MESSAGE');
  });

  it('refuses a second batch behind the first', () => {
    expect(refusal(() => validateBatch([small(), small()]))).toBe('INVALID_RECORD');
  });

  it('refuses counts that do not belong together and unknown compression', () => {
    expect(refusal(() => validateBatch([patched((batch) => batch.writeInt32BE(5, 57))]))).toBe('INVALID_RECORD');
    expect(refusal(() => validateBatch([patched((batch) => batch.writeInt32BE(0, 57))]))).toBe('INVALID_RECORD');
    expect(refusal(() => validateBatch([patched((batch) => batch.writeInt16BE(5, 21))]))).toBe('INVALID_RECORD');
  });
});

describe('batchesIn', () => {
  it('gives the batches of a fetch wherever its pieces are cut, and leaves out one that is cut off', () => {
    const batches = ['one', 'two', 'three'].map((value, index) =>
      encodeBatch({ baseOffset: index * 10, records: [record(value)] }),
    );
    const all = Buffer.concat(batches);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: all.length })), fc.nat({ max: all.length }), (places, end) => {
        const cuts = [0, ...places.filter((place) => place < end), end].sort((one, other) => one - other);
        const chunks = cuts.slice(1).map((to, index) => all.subarray(cuts[index], to));
        const found = [...batchesIn(chunks)];
        let whole = 0;
        for (let size = 0; whole < 3 && size + batches[whole]!.length <= end; whole++) size += batches[whole]!.length;
        expect(found.map((batch) => Buffer.concat(batch.chunks).toString('hex'))).toEqual(
          batches.slice(0, whole).map((batch) => batch.toString('hex')),
        );
      }),
    );
  });

  it('refuses a length that would never end', () => {
    const endless = patched((batch) => batch.writeInt32BE(-12, 8));
    expect(refusal(() => [...batchesIn([endless])])).toBe('CORRUPT_MESSAGE');
  });
});

describe('assignOffsets', () => {
  it('writes offset and epoch into a copy of the header, shares the records and keeps the CRC', () => {
    const batch = small();
    const before = Buffer.from(batch);
    for (const chunks of [[batch], [batch.subarray(0, 10), batch.subarray(10, 70), batch.subarray(70)]]) {
      const assigned = assignOffsets(chunks, { baseOffset: 2 ** 40 + 3, leaderEpoch: 9 });
      const header = readBatchHeader(assigned);
      expect([header.baseOffset, header.lastOffset, header.partitionLeaderEpoch]).toEqual([
        2 ** 40 + 3,
        2 ** 40 + 4,
        9,
      ]);
      expect(hasValidCrc({ header, chunks: assigned })).toBe(true);
      expect(assigned.at(-1)!.buffer).toBe(batch.buffer);
    }
    expect(batch).toEqual(before);
  });
});

describe('decodeRecords', () => {
  const decode = (batch: Buffer, maxDecompressedBytes?: number) => [
    ...decodeRecords([...batchesIn([batch])][0]!, maxDecompressedBytes === undefined ? {} : { maxDecompressedBytes }),
  ];

  it('gives back whatever was encoded, with every compression', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)));
    const anyRecord = fc.record({
      key: bytes,
      value: bytes,
      timestampMs: fc.integer({ min: 0, max: 2 ** 50 }),
      headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: bytes }), { maxLength: 3 }),
    });
    const input = fc.array(anyRecord, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(input, fc.constantFrom(...Object.values(Compression)), (records, compression) => {
        const decoded = decode(encodeBatch({ baseOffset: 100, records, compression }));
        expect(decoded).toEqual(records.map((each, index) => ({ offset: 100 + index, ...each })));
      }),
      { numRuns: 150 },
    );
  });

  it('gives CORRUPT_MESSAGE, and no other failure, for damaged records behind a right CRC', () => {
    const records = Array.from({ length: 5 }, (_, index) => record(`value-${index} `.repeat(50)));
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(Compression)), damage, (compression, changes) => {
        const batch = encodeBatch({ records, compression });
        for (const [at, byte] of changes) batch[61 + (at % (batch.length - 61))] = byte;
        expect([undefined, 'CORRUPT_MESSAGE']).toContain(refusal(() => decode(batch)));
      }),
      { numRuns: 400 },
    );
  });

  it.each([Compression.gzip, Compression.snappy, Compression.lz4, Compression.zstd])(
    'refuses records that grow beyond the limit (compression %i)',
    (compression) => {
      const batch = encodeBatch({ records: [record('x'.repeat(1_000_000))], compression });
      expect(batch.length).toBeLessThan(100_000);
      expect(decode(batch, 1_001_000)).toHaveLength(1);
      expect(refusal(() => decode(batch, 900_000))).toBe('CORRUPT_MESSAGE');
    },
  );

  it('keeps the offsets of records between which others were compacted away', () => {
    const batch = encodeBatch({
      baseOffset: 50,
      records: [
        { ...record('a'), offsetDelta: 2 },
        { ...record('b'), offsetDelta: 7 },
      ],
    });
    expect(decode(batch).map(({ offset }) => offset)).toEqual([52, 57]);
    expect(readBatchHeader(batch).lastOffset).toBe(57);
  });
});

describe('visiting records', () => {
  it.each(Object.values(Compression))('tells their offsets, times and keys (compression %i)', (compression) => {
    const records = [record('a'), record('b', ''), record('c', null)].map((one, index) => ({
      ...one,
      timestampMs: 1000 - index,
    }));
    const [batch] = batchesIn([encodeBatch({ records, compression, baseOffset: 7 })]);
    const visited: unknown[] = [];
    visitRecords(batch!, (...seen) => visited.push(seen));
    expect(visited).toEqual([
      [0, 7, 1000, true],
      [1, 8, 999, true],
      [2, 9, 998, false],
    ]);
  });
});

describe('sequence numbers', () => {
  it('start again after 2^31 - 1', () => {
    expect(addSequence(0x7fff_ffff, 1)).toBe(0);
    const batch = encodeBatch({
      records: [record('a'), record('b')],
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0x7fff_ffff,
    });
    expect(readBatchHeader(batch).lastSequence).toBe(0);
    expect(readBatchHeader(small()).lastSequence).toBe(-1);
  });
});

describe('error codes', () => {
  it('of damaged batches are those of the protocol', () => {
    expect(ErrorCode.CORRUPT_MESSAGE).toBe(2);
    expect(ErrorCode.INVALID_RECORD).toBe(87);
  });
});
