import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { crc32c } from './crc32c.ts';
import { murmur2 } from './murmur2.ts';

describe('CRC-32C', () => {
  it('is that of RFC 3720, of any length and place', () => {
    expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff), 0, 32)).toBe(0x62a8ab43);
    const rising = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    expect(crc32c(rising, 0, 32)).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
    expect(crc32c(Buffer.from('xx123456789yy'), 2, 11)).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(0), 0, 0)).toBe(0);
  });
});

describe('murmur2', () => {
  it('places keys as the other clients do', () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 997 }, (_, partitionId) => ({ partitionId, leader: 1 })) as never[];
    for (let number = 0; number < 500; number++) {
      const key = `${'ü'.repeat(number % 3)}key-${number * 7919}${'x'.repeat(number % 7)}`;
      const bytes = Buffer.from(key);
      const expected = partitioner({ topic: 't', partitionMetadata, message: { key, value: null } });
      expect([key, (murmur2(bytes, bytes.length) & 0x7fff_ffff) % 997]).toEqual([key, expected]);
    }
  });
});
