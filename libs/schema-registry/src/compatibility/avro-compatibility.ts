/**
 * Whether a reader's schema can read what a writer's schema wrote: Avro's schema resolution, with every reason why not.
 * Source: Apache Avro specification 1.12, "Schema Resolution".
 *
 * - Records, enums and fixed match by unqualified name, or by an alias of the reader that is the writer's full name.
 * - A field that the writer lacks needs a default; an enum's default symbol is for unknown symbols, not for this.
 * - int reads into long, float, double; long into float, double; float into double; bytes and string into each other.
 * - A union of the writer must be readable branch by branch; a union of the reader needs one branch that reads.
 * - Logical types, documentation, order and sort play no part.
 *
 * Recursive schemas: a pair that is being compared is taken for compatible, which is right if nothing else speaks
 * against it. When a pair turns out incompatible, what was concluded in the meantime may have leant on it and is
 * forgotten, so that a verdict never rests on a refuted assumption.
 */
import type {
  AvroEnum,
  AvroField,
  AvroFixed,
  AvroNamedSchema,
  AvroRecord,
  AvroSchema,
  AvroUnion,
} from '../formats/index.ts';
import type { AvroIncompatibility, AvroIncompatibilityType } from './incompatibility.ts';

/** Empty when the reader reads everything that the writer can write. */
export function avroIncompatibilities(reader: AvroSchema, writer: AvroSchema): readonly AvroIncompatibility[] {
  return new Comparison().compare(reader, writer, []);
}

/** What a reader of this type reads besides its own type. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
};

type Path = readonly string[];
type Verdict = readonly AvroIncompatibility[];
const COMPATIBLE: Verdict = [];

class Comparison {
  /** Verdicts by reader and writer; undefined while a pair is being compared. */
  readonly #verdicts = new Map<AvroSchema, Map<AvroSchema, Verdict | undefined>>();
  /** The compatible pairs in the order of their conclusion. */
  readonly #concluded: { readonly reader: AvroSchema; readonly writer: AvroSchema }[] = [];

  compare(reader: AvroSchema, writer: AvroSchema, path: Path): Verdict {
    const known = this.#verdicts.get(reader);
    if (known?.has(writer) === true) return known.get(writer) ?? COMPATIBLE;
    const byWriter = known ?? new Map<AvroSchema, Verdict | undefined>();
    this.#verdicts.set(reader, byWriter);
    byWriter.set(writer, undefined);
    const concludedBefore = this.#concluded.length;
    const verdict = this.#resolve(reader, writer, path);
    if (verdict.length > 0) {
      for (const pair of this.#concluded.splice(concludedBefore)) this.#verdicts.get(pair.reader)?.delete(pair.writer);
    } else {
      this.#concluded.push({ reader, writer });
    }
    byWriter.set(writer, verdict);
    return verdict;
  }

  #resolve(reader: AvroSchema, writer: AvroSchema, path: Path): Verdict {
    if (writer.type === 'union') {
      return reader.type === 'union'
        ? this.#unionReadsUnion(reader, writer, path)
        : writer.branches.flatMap((branch, index) => this.compare(reader, branch, [...path, String(index)]));
    }
    if (reader.type === 'union') return this.#unionReads(reader, writer, path);
    if (reader.type === 'array' && writer.type === 'array') {
      return this.compare(reader.items, writer.items, [...path, 'items']);
    }
    if (reader.type === 'map' && writer.type === 'map') {
      return this.compare(reader.values, writer.values, [...path, 'values']);
    }
    if (reader.type === 'record' && writer.type === 'record') {
      return [...checkName(reader, writer, path), ...this.#recordFields(reader, writer, path)];
    }
    if (reader.type === 'enum' && writer.type === 'enum') {
      return [...checkName(reader, writer, path), ...checkSymbols(reader, writer, path)];
    }
    if (reader.type === 'fixed' && writer.type === 'fixed') {
      return [...checkName(reader, writer, path), ...checkSize(reader, writer, path)];
    }
    if (reader.type === writer.type || PROMOTIONS[reader.type]?.includes(writer.type) === true) return COMPATIBLE;
    return [
      incompatibility(
        'TYPE_MISMATCH',
        path,
        `reader type: ${reader.type.toUpperCase()} not compatible with writer type: ${writer.type.toUpperCase()}`,
      ),
    ];
  }

  /** Each branch of the writer must be readable; the path names the writer's branch. */
  #unionReadsUnion(reader: AvroUnion, writer: AvroUnion, path: Path): Verdict {
    return writer.branches.flatMap((branch, index) => {
      const branchPath = [...path, String(index)];
      return this.compare(reader, branch, branchPath).length === 0 ? COMPATIBLE : [missingBranch(branch, branchPath)];
    });
  }

  #unionReads(reader: AvroUnion, writer: AvroSchema, path: Path): Verdict {
    const isReadable = reader.branches.some((branch) => this.compare(branch, writer, path).length === 0);
    return isReadable ? COMPATIBLE : [missingBranch(writer, path)];
  }

  #recordFields(reader: AvroRecord, writer: AvroRecord, path: Path): Verdict {
    return reader.fields.flatMap((field, index) => {
      const fieldPath = [...path, 'fields', String(index)];
      const written = writerField(field, writer);
      if (written !== undefined) return this.compare(field.schema, written.schema, [...fieldPath, 'type']);
      return field.defaultValue === undefined
        ? [incompatibility('READER_FIELD_MISSING_DEFAULT_VALUE', fieldPath, field.name)]
        : COMPATIBLE;
    });
  }
}

function writerField(field: AvroField, writer: AvroRecord): AvroField | undefined {
  const direct = writer.fields.find((candidate) => candidate.name === field.name);
  return direct ?? writer.fields.find((candidate) => field.aliases.includes(candidate.name));
}

function checkName(reader: AvroNamedSchema, writer: AvroNamedSchema, path: Path): Verdict {
  const isSame =
    reader.name.simple === writer.name.simple || reader.aliases.some((alias) => alias.full === writer.name.full);
  return isSame ? COMPATIBLE : [incompatibility('NAME_MISMATCH', [...path, 'name'], `expected: ${writer.name.full}`)];
}

function checkSymbols(reader: AvroEnum, writer: AvroEnum, path: Path): Verdict {
  if (reader.defaultSymbol !== undefined) return COMPATIBLE;
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol)).toSorted();
  return missing.length === 0
    ? COMPATIBLE
    : [incompatibility('MISSING_ENUM_SYMBOLS', [...path, 'symbols'], `[${missing.join(', ')}]`)];
}

function checkSize(reader: AvroFixed, writer: AvroFixed, path: Path): Verdict {
  const detail = `expected: ${String(writer.size)}, found: ${String(reader.size)}`;
  return reader.size === writer.size ? COMPATIBLE : [incompatibility('FIXED_SIZE_MISMATCH', [...path, 'size'], detail)];
}

function missingBranch(writer: AvroSchema, path: Path): AvroIncompatibility {
  return incompatibility(
    'MISSING_UNION_BRANCH',
    path,
    `reader union lacking writer type: ${writer.type.toUpperCase()}`,
  );
}

function incompatibility(type: AvroIncompatibilityType, path: Path, detail: string): AvroIncompatibility {
  return { type, path: `/${path.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`, detail };
}
