import { describe, expect, it } from '@jest/globals';
import { randomUuid, uuidFromBase64, uuidFromBytes, uuidToBase64, uuidToBytes, ZERO_UUID } from './uuid.ts';

describe('uuid', () => {
  it('is the same through bytes and through base64', () => {
    for (const uuid of [ZERO_UUID, '01234567-89ab-cdef-0123-456789abcdef', randomUuid()]) {
      expect(uuidFromBytes(uuidToBytes(uuid))).toBe(uuid);
      expect(uuidFromBase64(uuidToBase64(uuid))).toBe(uuid);
    }
    expect(uuidToBase64(ZERO_UUID)).toBe('AAAAAAAAAAAAAAAAAAAAAA');
  });

  it('refuses what is not one', () => {
    for (const text of [
      '',
      '01234567-89AB-cdef-0123-456789abcdef',
      '0123456789abcdef0123456789abcdef',
      `${ZERO_UUID}0`,
    ]) {
      expect(() => uuidToBytes(text)).toThrow(RangeError);
    }
    for (const wrong of ['g', 'é', ' ']) expect(() => uuidToBytes(ZERO_UUID.replace(/0$/, wrong))).toThrow(RangeError);
    expect(() => uuidToBytes(ZERO_UUID.replaceAll('-', '0'))).toThrow(RangeError);
    expect(() => uuidFromBase64('AAAA')).toThrow(RangeError);
  });

  it('never starts with a dash in base64 when it is random', () => {
    const draws = [Buffer.alloc(16, 0xff), Buffer.alloc(16, 0xf8), Buffer.alloc(16, 0x10)];
    expect(Buffer.alloc(16, 0xf8).toString('base64url')).toMatch(/^-/);
    let drawn = 0;
    const uuid = randomUuid(() => draws[++drawn]!);
    expect(drawn).toBe(2);
    expect(uuid).toBe('10101010-1010-4010-9010-101010101010');
  });
});
