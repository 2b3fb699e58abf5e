import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { apis } from '../apis.ts';
import { ProtocolError } from '../protocol-error.ts';
import type { Api } from './define-api.ts';
import type { Field, Fields } from './definition.ts';
import type { MessageCodec } from './message-codec.ts';
import { Reader } from './reader.ts';
import { includesVersion, parseVersions } from './version-range.ts';
import { arrayCodec, primitiveCodec } from './value-codec.ts';
import { Writer } from './writer.ts';

type Struct = Record<string, unknown>;

interface Side {
  readonly name: string;
  readonly codec: MessageCodec;
  readonly fields: Fields;
  readonly version: number;
}

const UUID_BYTES = 16;
const primitives: Record<string, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  int64: fc.maxSafeInteger(),
  float64: fc.double({ noNaN: true }),
  uuid: fc.uint8Array({ minLength: UUID_BYTES, maxLength: UUID_BYTES }).map((bytes) => {
    const hex = Buffer.from(bytes).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }),
  string: fc.oneof(fc.string(), fc.string({ unit: 'grapheme', maxLength: 80 })),
  bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  records: fc
    .array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 3 })
    .map((pieces) => pieces.map((piece) => Buffer.from(piece))),
};

/** Values with every field that the version carries; the others are left out. */
function structArbitrary(fields: Fields, version: number): fc.Arbitrary<Struct> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (includesVersion(parseVersions(field.versions), version)) members[name] = fieldArbitrary(field, version);
  }
  return fc.record(members, { noNullPrototype: true });
}

function fieldArbitrary(field: Field, version: number): fc.Arbitrary<unknown> {
  const isArray = field.type.startsWith('[]');
  const element =
    field.type === 'struct' || field.type === '[]struct'
      ? structArbitrary(field.fields, version)
      : primitives[isArray ? field.type.slice(2) : field.type]!;
  const value = isArray ? fc.array(element, { maxLength: 3 }) : element;
  return includesVersion(parseVersions(field.nullable), version) ? fc.option(value, { nil: null }) : value;
}

function encode({ codec, version }: Side, value: unknown): Buffer {
  const writer = new Writer(1);
  codec.write(writer, version, value);
  const length = writer.length;
  const bytes = Buffer.concat(writer.finish());
  expect(bytes.length).toBe(length);
  return bytes;
}

/** Pieces of a buffer, cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...places.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort(
    (one, other) => one - other,
  );
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

/** Only the fields of `given`, with record data joined, so that pieces cut elsewhere compare equal. */
function likeGiven(decoded: unknown, given: unknown): unknown {
  if (Array.isArray(given) && given.some(Buffer.isBuffer)) return Buffer.concat(decoded as Buffer[]).toString('hex');
  if (Buffer.isBuffer(given) || given === null || typeof given !== 'object') return decoded;
  if (Array.isArray(given)) return given.map((element, index) => likeGiven((decoded as unknown[])[index], element));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, likeGiven((decoded as Struct)[name], value)]),
  );
}

/** Request and response of every version. */
const sides = apis.map((api): [string, Side[]] => {
  const { request, response } = (api as Api).definition;
  const all: Side[] = [];
  for (let version = api.minVersion; version <= api.maxVersion; version++) {
    all.push({ name: `${api.name} v${version} request`, codec: api.request, fields: request, version });
    all.push({ name: `${api.name} v${version} response`, codec: api.response, fields: response, version });
  }
  return [api.name, all];
});

const thorough = Number(process.env['HEADWATER_THOROUGH'] ?? 1);

describe('a message', () => {
  it.each(sides)('of %s is read as it was written in every version, wherever the pieces are cut', (_, all) => {
    const cuts = fc.array(fc.nat({ max: 4096 }), { maxLength: 6 });
    for (const side of all) {
      fc.assert(
        fc.property(structArbitrary(side.fields, side.version), cuts, (value, places) => {
          const bytes = encode(side, value);
          const reader = new Reader(cut(bytes, places), 'test');
          const decoded = side.codec.read(reader, side.version);
          expect(reader.remaining).toBe(0);
          expect(likeGiven(decoded, value)).toEqual(likeGiven(value, value));
          expect(encode(side, decoded)).toEqual(bytes);
        }),
        { numRuns: 3 * thorough },
      );
    }
  });

  it.each(sides)('of %s that is cut off anywhere is a ProtocolError that names it', (_, all) => {
    for (const side of all) {
      const [value] = fc.sample(structArbitrary(side.fields, side.version), { numRuns: 1, seed: 7 });
      const bytes = encode(side, value);
      const stride = Math.ceil(bytes.length / (50 * thorough));
      for (let length = 0; length < bytes.length; length += stride) {
        const error = failure(() => side.codec.read(new Reader([bytes.subarray(0, length)], 'test'), side.version));
        expect(error).toBeInstanceOf(ProtocolError);
        expect((error as ProtocolError).place.message).toBe(side.name);
      }
    }
  });

  it.each(sides)('of %s with damaged bytes is read or is a ProtocolError, whatever lengths they say', (_, all) => {
    const loud = fc.constantFrom(Buffer.from('7fffffff', 'hex'), Buffer.from('ffffffff0f', 'hex'));
    const quiet = fc.uint8Array({ minLength: 1, maxLength: 5 }).map((bytes) => Buffer.from(bytes));
    const damage = fc.tuple(fc.nat({ max: 4096 }), fc.oneof(loud, quiet));
    for (const side of all) {
      fc.assert(
        fc.property(structArbitrary(side.fields, side.version), damage, (value, [at, bytes]) => {
          const damaged = encode(side, value);
          bytes.copy(damaged, at % (damaged.length + 1));
          const error = failure(() => side.codec.read(new Reader([damaged], 'test'), side.version));
          if (error !== undefined) expect(error).toBeInstanceOf(ProtocolError);
        }),
        { numRuns: 4 * thorough },
      );
    }
  });

  it('that counts more elements than its bytes can hold is refused before an element is read', () => {
    const reader = new Reader([Buffer.from('7fffffff' + '00'.repeat(100), 'hex')], 'test');
    const codec = arrayCodec(
      { ...primitiveCodec('int32', { compact: false, nullable: false }), read: () => fail('an element was read') },
      { compact: false, nullable: false },
    );
    expect(() => codec.read(reader)).toThrow('2147483647 elements cannot fit into the 100 bytes that remain');
  });
});

describe('a definition', () => {
  it.each(apis.map((api) => [api.name, api as Api] as const))(
    'of %s gives every field that some version lacks a default',
    (_, api) => {
      for (const fields of [api.definition.request, api.definition.response]) {
        expectDefaults(fields, { min: api.minVersion, max: api.maxVersion });
      }
    },
  );
});

function expectDefaults(fields: Fields, around: { min: number; max: number }): void {
  for (const [name, field] of Object.entries(fields)) {
    const { min, max } = parseVersions(field.versions);
    const isPartial = min > around.min || max < around.max || field.tag !== undefined;
    if (isPartial) expect([name, field.default !== undefined]).toEqual([name, true]);
    if ('fields' in field) {
      expectDefaults(field.fields, { min: Math.max(min, around.min), max: Math.min(max, around.max) });
    }
  }
}

function failure(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

function fail(reason: string): never {
  throw new Error(reason);
}
