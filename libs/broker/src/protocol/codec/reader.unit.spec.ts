import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '../protocol-error.ts';
import { Reader } from './reader.ts';

const read = (...bytes: number[]) => new Reader([Buffer.from(bytes)], 'test');

describe('Reader', () => {
  it('reads numbers that lie across pieces, empty ones included', () => {
    const pieces = [[0x12], [], [0x34, 0x56], [0x78, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff, 0xff], [0xfe]];
    const reader = new Reader(
      pieces.map((piece) => Buffer.from(piece)),
      'test',
    );
    expect(reader.readInt32()).toBe(0x12345678);
    expect(reader.readInt64()).toBe(-2);
    expect(reader.remaining).toBe(0);
  });

  it('reads signed numbers of every width', () => {
    expect(read(0x80).readInt8()).toBe(-128);
    expect(read(0xff, 0xfe).readInt16()).toBe(-2);
    expect(read(0x80, 0, 0, 0).readInt32()).toBe(-0x8000_0000);
    expect(read(0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).readInt64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(read(0xff, 0xe0, 0, 0, 0, 0, 0, 1).readInt64()).toBe(Number.MIN_SAFE_INTEGER);
  });

  it('saturates 64-bit numbers that are no safe integers', () => {
    expect(read(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).readInt64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(read(0x80, 0, 0, 0, 0, 0, 0, 0).readInt64()).toBe(Number.MIN_SAFE_INTEGER);
    expect(read(0xff, 0xe0, 0, 0, 0, 0, 0, 0).readInt64()).toBe(Number.MIN_SAFE_INTEGER);
  });

  it('reads varints of up to 32 bits and refuses longer ones', () => {
    expect(read(0x00).readUnsignedVarint()).toBe(0);
    expect(read(0xac, 0x02).readUnsignedVarint()).toBe(300);
    expect(read(0xff, 0xff, 0xff, 0xff, 0x0f).readUnsignedVarint()).toBe(0xffff_ffff);
    expect(() => read(0xff, 0xff, 0xff, 0xff, 0x1f).readUnsignedVarint()).toThrow('more than 32 bits');
    expect(() => read(0x80, 0x80, 0x80, 0x80, 0x80, 0x01).readUnsignedVarint()).toThrow('more than 32 bits');
    expect(() => read(0x80).readUnsignedVarint()).toThrow('ends here');
  });

  it('gives record data as views of the pieces, and bytes as copies', () => {
    const one = Buffer.from('abc');
    const two = Buffer.from('defg');
    const reader = new Reader([one, two], 'test');
    const chunks = reader.readChunks(5);
    const bytes = reader.readBytes(1);
    one.fill('x');
    two.fill('y');
    expect(Buffer.concat(chunks).toString()).toBe('xxxyy');
    expect(bytes.toString()).toBe('f');
    expect(reader.readString(1)).toBe('y');
  });

  it('refuses lengths beyond the end and below zero without moving', () => {
    const reader = read(1, 2, 3);
    for (const attempt of [
      () => reader.readBytes(4),
      () => reader.readChunks(-1),
      () => reader.readString(0x7fff_ffff),
      () => reader.skip(4),
      () => reader.readInt32(),
    ]) {
      expect(attempt).toThrow(ProtocolError);
      expect(reader.offset).toBe(0);
    }
  });

  it('names message, field and byte in its errors', () => {
    const reader = read(0, 1, 2);
    reader.message = 'Fetch v12 request';
    reader.field = 'topics.partitions.fetchOffset';
    reader.skip(1);
    expect(() => reader.readInt64()).toThrow(
      'Fetch v12 request: topics.partitions.fetchOffset at byte 1: 8 bytes are needed and 2 remain',
    );
  });

  it('refuses a message with more elements than memory should hold', () => {
    const reader = new Reader([Buffer.alloc(1_000_002)], 'test');
    reader.checkElements(600_000, 1);
    expect(() => reader.checkElements(400_001, 1)).toThrow('more than 1000000 array elements');
  });

  it('reads nothing from no pieces', () => {
    expect(() => new Reader([], 'test').readInt8()).toThrow('ends here');
    expect(new Reader([], 'test').readChunks(0)).toEqual([]);
  });
});
