import type { Field, Fields, PrimitiveType } from './definition.ts';
import type { Reader } from './reader.ts';
import { arrayCodec, nullableStructCodec, primitiveCodec, type Encoding, type ValueCodec } from './value-codec.ts';
import { includesVersion, parseVersions } from './version-range.ts';
import type { Writer } from './writer.ts';

type Struct = Record<string, unknown>;

interface CompiledField {
  readonly name: string;
  /** Path of the field in its message, for errors. */
  readonly path: string;
  readonly codec: ValueCodec;
  readonly whenAbsent: unknown;
}

interface CompiledTaggedField extends CompiledField {
  readonly tag: number;
}

interface Level {
  readonly version: number;
  readonly flexible: boolean;
  readonly path: string;
}

/**
 * Compiles the fields of a struct for one version.
 *
 * Decoding starts from a template with every field of every version at its default, so that all versions give objects of
 * one shape, and then sets the fields that are on the wire. Values whose bytes a version lacks are left out on encoding.
 */
export function structCodec(fields: Fields, level: Level): ValueCodec {
  const template: Struct = {};
  const ordered: CompiledField[] = [];
  const tagged: CompiledTaggedField[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const path = level.path === '' ? name : `${level.path}.${name}`;
    const codec = fieldCodec(field, { ...level, path });
    const whenAbsent = absentValue(field, codec);
    template[name] = whenAbsent;
    if (!includesVersion(parseVersions(field.versions), level.version)) continue;
    if (field.tag === undefined) ordered.push({ name, path, codec, whenAbsent });
    else tagged.push({ name, path, codec, whenAbsent, tag: field.tag });
  }
  tagged.sort((one, other) => one.tag - other.tag);
  let minBytes = level.flexible ? 1 : 0;
  for (const field of ordered) minBytes += field.codec.minBytes;
  return {
    minBytes,
    empty: Object.freeze({ ...template }),
    read: (reader) => {
      const struct = { ...template };
      for (const field of ordered) {
        reader.field = field.path;
        struct[field.name] = field.codec.read(reader);
      }
      if (level.flexible) readTaggedFields(reader, tagged, struct);
      return struct;
    },
    write: (writer, value) => {
      const struct = value as Struct;
      for (const field of ordered) {
        const given = struct[field.name];
        writer.field = field.path;
        field.codec.write(writer, given === undefined ? field.whenAbsent : given);
      }
      if (level.flexible) writeTaggedFields(writer, tagged, struct);
    },
  };
}

function fieldCodec(field: Field, level: Level): ValueCodec {
  const encoding: Encoding = {
    compact: level.flexible,
    nullable: includesVersion(parseVersions(field.nullable), level.version),
  };
  switch (field.type) {
    case 'struct': {
      const struct = structCodec(field.fields, level);
      return encoding.nullable ? nullableStructCodec(struct) : struct;
    }
    case '[]struct':
      return arrayCodec(structCodec(field.fields, level), encoding);
    default:
      return field.type.startsWith('[]')
        ? arrayCodec(
            primitiveCodec(field.type.slice(2) as PrimitiveType, { compact: level.flexible, nullable: false }),
            encoding,
          )
        : primitiveCodec(field.type as PrimitiveType, encoding);
  }
}

function absentValue(field: Field, codec: ValueCodec): unknown {
  const given = field.default;
  if (given === undefined) return codec.empty;
  return given !== null && typeof given === 'object' && !Buffer.isBuffer(given) ? emptyOf(field, codec) : given;
}

/** `[]` and `{}` in a definition stand for the type's own empty value. */
function emptyOf(field: Field, codec: ValueCodec): unknown {
  return field.type.startsWith('[]') ? [] : codec.empty;
}

/** Tagged fields in any order; the ones that this version does not know are skipped (KIP-482). */
function readTaggedFields(reader: Reader, tagged: readonly CompiledTaggedField[], struct: Struct): void {
  const count = reader.readUnsignedVarint();
  for (let index = 0; index < count; index++) {
    const tag = reader.readUnsignedVarint();
    const size = reader.readUnsignedVarint();
    const field = tagged.find((candidate) => candidate.tag === tag);
    if (field === undefined) {
      reader.skip(size);
      continue;
    }
    reader.field = field.path;
    if (size > reader.remaining) reader.fail(`${size} bytes are needed and ${reader.remaining} remain`);
    const end = reader.offset + size;
    struct[field.name] = field.codec.read(reader);
    if (reader.offset !== end) reader.fail(`a tagged field of ${size} bytes ends ${reader.offset - end} bytes off`);
  }
}

/** Tagged fields that differ from their defaults, by rising tag. */
function writeTaggedFields(writer: Writer, tagged: readonly CompiledTaggedField[], struct: Struct): void {
  if (tagged.length === 0) {
    writer.writeUnsignedVarint(0);
    return;
  }
  const present = tagged.filter((field) => !isDefault(struct[field.name], field.whenAbsent));
  writer.writeUnsignedVarint(present.length);
  for (const field of present) {
    writer.field = field.path;
    writer.writeUnsignedVarint(field.tag);
    writer.writeSized((sized) => field.codec.write(sized, struct[field.name]));
  }
}

function isDefault(value: unknown, whenAbsent: unknown): boolean {
  if (value === undefined || value === whenAbsent) return true;
  if (value === null || whenAbsent === null || typeof value !== 'object' || typeof whenAbsent !== 'object')
    return false;
  if (Array.isArray(value)) return value.length === 0;
  return Object.entries(whenAbsent).every(([name, absent]) => isDefault((value as Struct)[name], absent));
}
