import { describe, expect, it } from '@jest/globals';
import { Writer } from './writer.ts';

const hex = (write: (writer: Writer) => void, initialBytes = 1) => {
  const writer = new Writer(initialBytes);
  write(writer);
  return Buffer.concat(writer.finish()).toString('hex');
};

describe('Writer', () => {
  it('writes numbers big-endian', () => {
    expect(hex((writer) => writer.writeInt8(-1))).toBe('ff');
    expect(hex((writer) => writer.writeInt16(-2))).toBe('fffe');
    expect(hex((writer) => writer.writeInt32(-0x8000_0000))).toBe('80000000');
    expect(hex((writer) => writer.writeInt64(-1))).toBe('ffffffffffffffff');
    expect(hex((writer) => writer.writeInt64(Number.MAX_SAFE_INTEGER))).toBe('001fffffffffffff');
    expect(hex((writer) => writer.writeInt64(Number.MIN_SAFE_INTEGER))).toBe('ffe0000000000001');
  });

  it('writes varints without leading zeros', () => {
    expect(hex((writer) => writer.writeUnsignedVarint(0))).toBe('00');
    expect(hex((writer) => writer.writeUnsignedVarint(300))).toBe('ac02');
    expect(hex((writer) => writer.writeUnsignedVarint(0xffff_ffff))).toBe('ffffffff0f');
  });

  it('takes record data by reference between what it wrote before and after', () => {
    const records = Buffer.alloc(3, 0xaa);
    const writer = new Writer();
    writer.writeInt16(1);
    writer.writeChunks([records, Buffer.alloc(0)]);
    writer.writeInt16(2);
    expect(writer.length).toBe(7);
    const pieces = writer.finish();
    expect(pieces[1]).toBe(records);
    expect(Buffer.concat(pieces).toString('hex')).toBe('0001aaaaaa0002');
  });

  it('puts the size of a nested write before it, also when the size takes more than a byte', () => {
    const nested = (count: number) =>
      hex((writer) => {
        writer.writeInt8(7);
        writer.writeSized((inner) => inner.writeBytes(Buffer.alloc(count, 0xbb)));
        writer.writeInt8(9);
      });
    expect(nested(0)).toBe('070009');
    expect(nested(2)).toBe('0702bbbb09');
    expect(nested(300)).toBe(`07ac02${'bb'.repeat(300)}09`);
  });

  it('writes text in UTF-8 whether it is short, long or not ASCII', () => {
    for (const text of ['', 'topic', 'ä€😀', 'x'.repeat(64), 'y'.repeat(65), `${'z'.repeat(63)}ä`]) {
      const bytes = Buffer.from(text);
      const length = bytes.length.toString(16).padStart(4, '0');
      expect(hex((writer) => writer.writeString(text, false))).toBe(length + bytes.toString('hex'));
      expect(hex((writer) => writer.writeString(text, true))).toBe(
        hex((writer) => {
          writer.writeUnsignedVarint(bytes.length + 1);
          writer.writeBytes(bytes);
        }),
      );
    }
  });

  it('refuses a string that an int16 cannot count', () => {
    expect(() => hex((writer) => writer.writeString('x'.repeat(0x8000), false))).toThrow(RangeError);
  });
});
