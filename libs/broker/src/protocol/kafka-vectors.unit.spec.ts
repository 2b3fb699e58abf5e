/** Against bytes that Apache Kafka 4.3.1 wrote itself: see testdata/MakeVectors.java. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { apis } from './apis.ts';
import { chunksLength, type Chunks } from './chunks.ts';
import type { Field, Fields } from './codec/definition.ts';
import { Reader } from './codec/reader.ts';
import { includesVersion, parseVersions } from './codec/version-range.ts';
import { Writer } from './codec/writer.ts';
import * as protocol from './index.ts';
import { uuidToBase64 } from './uuid.ts';

interface Vector {
  readonly message: string;
  readonly version: number;
  readonly hex: string;
  readonly value: Record<string, unknown>;
}

/** A message by Kafka's name, with its fields and its codec in both directions. */
interface Subject {
  readonly fields: Fields;
  readonly decode: (version: number, bytes: Buffer) => unknown;
  readonly encode: (version: number, value: unknown) => Buffer;
}

const file = path.join(import.meta.dirname, 'testdata/kafka-vectors.jsonl');
const vectors = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

const subjects = new Map<string, Subject>();
for (const api of apis) {
  const { request, response } = (api as protocol.Api).definition;
  for (const [side, fields, codec] of [
    ['Request', request, api.request],
    ['Response', response, api.response],
  ] as const) {
    subjects.set(api.name + side, {
      fields,
      decode: (version, bytes) => {
        const reader = new Reader([bytes], 'vector');
        const value = codec.read(reader, version);
        expect(reader.remaining).toBe(0);
        return value;
      },
      encode: (version, value) => {
        const writer = new Writer();
        codec.write(writer, version, value);
        return Buffer.concat(writer.finish());
      },
    });
  }
}
for (const exported of Object.values(protocol)) {
  if (typeof exported !== 'object' || !('decode' in exported) || !('definition' in exported)) continue;
  const message = exported as protocol.Message;
  subjects.set(message.name, {
    fields: message.definition.fields,
    decode: (version, bytes) => message.decode(version, bytes),
    encode: (version, value) => message.encode(version, value as never),
  });
}

/** A decoded value in the form of Kafka's own JSON. */
function kafkaJson(fields: Fields, version: number, value: Record<string, unknown>): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (!includesVersion(parseVersions(field.versions), version)) continue;
    if (field.type === 'records') {
      const records = value[name] as Chunks | null;
      if (records === null) json[name] = null;
      else json[`${name}SizeInBytes`] = chunksLength(records);
    } else json[name] = fieldJson(field, version, value[name]);
  }
  return json;
}

function fieldJson(field: Field, version: number, value: unknown): unknown {
  if (value === null) return null;
  if (field.type === 'struct') return kafkaJson(field.fields, version, value as Record<string, unknown>);
  if (field.type === '[]struct') {
    return (value as Record<string, unknown>[]).map((element) => kafkaJson(field.fields, version, element));
  }
  if (field.type === '[]uuid') return (value as string[]).map(uuidToBase64);
  if (field.type === 'uuid') return uuidToBase64(value as string);
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

/** Kafka leaves tagged fields at their defaults out of its JSON. */
function withoutTaggedDefaults(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual)) {
    return actual.map((element, index) => withoutTaggedDefaults(element, (expected as unknown[])[index]));
  }
  if (actual === null || typeof actual !== 'object') return actual;
  const entries = Object.entries(actual).filter(([name]) => Object.hasOwn(expected as object, name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, withoutTaggedDefaults(value, (expected as Record<string, unknown>)[name])]),
  );
}

describe("Apache Kafka's own bytes", () => {
  const names = [...new Set(vectors.map((vector) => vector.message))];

  it('cover every message that is defined here, in every version that Kafka still has', () => {
    expect(new Set(names)).toEqual(new Set(subjects.keys()));
    for (const api of apis) {
      for (let version = api.maxVersion; version >= Math.max(api.minVersion, 2); version--) {
        const found = vectors.filter((vector) => vector.message === `${api.name}Request` && vector.version === version);
        expect(found.length).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it.each(names)('of %s are read into the values that Kafka reads, and written back the same', (name) => {
    const { fields, decode, encode } = subjects.get(name)!;
    for (const { version, hex, value } of vectors.filter((vector) => vector.message === name)) {
      const decoded = decode(version, Buffer.from(hex, 'hex')) as Record<string, unknown>;
      const json = kafkaJson(fields, version, decoded);
      expect({ version, value: withoutTaggedDefaults(json, value) }).toEqual({ version, value });
      expect({ version, hex: encode(version, decoded).toString('hex') }).toEqual({ version, hex });
    }
  });
});
