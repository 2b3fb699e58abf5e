/** Against batches that Apache Kafka 4.3.1 wrote itself: see testdata/MakeBatches.java. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Chunks } from '../chunks.ts';
import { encodeBatch } from './batch-encoder.ts';
import type { BatchHeader, Compression } from './batch-header.ts';
import { assignOffsets, batchesIn, hasValidCrc, validateBatch } from './record-batch.ts';
import { decodeRecords, type DecodedRecord } from './record-reader.ts';

interface Fixture extends Omit<BatchHeader, 'compression'> {
  readonly name: string;
  readonly compression: Compression;
  readonly bytes: string;
  readonly records: readonly {
    readonly timestampMs: number;
    readonly key: string | null;
    readonly text: string | null;
    readonly times: number;
    readonly headers: readonly (readonly [string, string | null])[];
  }[];
}

const file = path.join(import.meta.dirname, '../testdata/kafka-batches.jsonl');
const fixtures = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Fixture);
const data = fixtures.filter((fixture) => !fixture.isControl);
const rows = (chosen: readonly Fixture[]) => chosen.map((fixture) => [fixture.name, fixture] as const);

const bytesOf = (text: string | null) => (text === null ? null : Buffer.from(text));
const recordsOf = (fixture: Fixture) =>
  fixture.records.map(({ timestampMs, key, text, times, headers }) => ({
    timestampMs,
    key: bytesOf(key),
    value: text === null ? null : Buffer.from(text.repeat(times)),
    headers: headers.map(([name, value]) => ({ key: name, value: bytesOf(value) })),
  }));

/** Buffers as text: comparing large ones byte by byte takes the test runner seconds. */
const readable = (records: readonly DecodedRecord[]) =>
  records.map((record) => ({ ...record, key: record.key?.toString(), value: record.value?.toString() }));
const expectedOf = (fixture: Fixture) =>
  readable(recordsOf(fixture).map((record, index) => ({ offset: fixture.baseOffset + index, ...record })));

/** The bytes in pieces of `size`. */
function inPieces(bytes: Buffer, size: number): Chunks {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

const only = (chunks: Chunks) => {
  const batches = [...batchesIn(chunks)];
  expect(batches).toHaveLength(1);
  return batches[0]!;
};

describe("Apache Kafka's own batches", () => {
  it.each(rows(fixtures))('(%s) have the header that Kafka reads and a CRC that is right', (_, fixture) => {
    const { bytes, name: _name, records: _records, ...expected } = fixture;
    for (const size of [7, 61, 100_000]) {
      const batch = only(inPieces(Buffer.from(bytes, 'base64'), size));
      expect(batch.header).toMatchObject(expected);
      expect(hasValidCrc(batch)).toBe(true);
      expect(validateBatch(batch.chunks).crc).toBe(expected.crc);
    }
  });

  it.each(rows(data))('(%s) give the records that Kafka put in, whatever the pieces', (_, fixture) => {
    for (const size of [13, 100_000]) {
      const records = [...decodeRecords(only(inPieces(Buffer.from(fixture.bytes, 'base64'), size)))];
      expect(readable(records)).toEqual(expectedOf(fixture));
    }
  });

  it.each(rows(data.filter((fixture) => fixture.compression === 0 && fixture.name !== 'LogAppendTime')))(
    '(%s) are written to the byte',
    (_, fixture) => {
      expect(encodeBatch({ ...fixture, records: recordsOf(fixture) }).toString('base64')).toBe(fixture.bytes);
    },
  );

  it('of LogAppendTime are what assigning a time to our own batch gives', () => {
    const fixture = fixtures.find(({ name }) => name === 'LogAppendTime')!;
    const records = [...decodeRecords(only([Buffer.from(fixture.bytes, 'base64')]))];
    const ours = encodeBatch({ records: records.map((record) => ({ ...record, timestampMs: 1 })) });
    const assigned = assignOffsets([ours], {
      baseOffset: fixture.baseOffset,
      leaderEpoch: 5,
      logAppendTimeMs: fixture.maxTimestamp,
    });
    expect([...decodeRecords(only(assigned))]).toEqual(records);
    expect(hasValidCrc(only(assigned))).toBe(true);
  });

  it.each(rows(data))('(%s) are read back after we compressed their records ourselves', (_, fixture) => {
    const ours = encodeBatch({ ...fixture, transactional: fixture.isTransactional, records: recordsOf(fixture) });
    const batch = only([ours]);
    expect(batch.header.compression).toBe(fixture.compression);
    expect(batch.header.isTransactional).toBe(fixture.isTransactional);
    expect(readable([...decodeRecords(batch)])).toEqual(expectedOf(fixture));
  });
});
