import { avroCanonicalString, avroNormalizedString } from './avro-canonical-string.ts';
import type { AvroSchema } from './avro-schema.ts';
import { parseAvroSchema, type ParsedAvro } from './parse-avro-schema.ts';
import type { ParsedSchema, ParseRequest, SchemaFormat, SchemaReference } from '../parsed-schema.ts';

export const avroFormat: SchemaFormat = {
  schemaType: 'AVRO',
  parse: (request) => new ParsedAvroSchema(request),
};

export class ParsedAvroSchema implements ParsedSchema {
  readonly schemaType = 'AVRO';
  readonly references: readonly SchemaReference[];
  readonly canonicalString: string;
  readonly #request: ParseRequest;
  readonly #parsed: ParsedAvro;
  #equivalenceString: string | undefined;

  constructor(request: ParseRequest) {
    this.#request = request;
    this.#parsed = parseAvroSchema(request.text, {
      references: request.referencedTexts,
      validateDefaults: request.isNew,
    });
    this.references = request.references;
    this.canonicalString = avroCanonicalString(this.#parsed.schema, this.#parsed.referencedNames);
  }

  get equivalenceString(): string {
    return (this.#equivalenceString ??= avroNormalizedString(this.#parsed.schema));
  }

  normalize(): ParsedSchema {
    const text = avroNormalizedString(this.#parsed.schema, this.#parsed.referencedNames);
    return new ParsedAvroSchema({ ...this.#request, text, references: sortedUnique(this.references) });
  }

  formatted(format: string): string {
    return format === 'resolved' ? avroCanonicalString(this.#parsed.schema) : this.canonicalString;
  }

  get schema(): AvroSchema {
    return this.#parsed.schema;
  }
}

function sortedUnique(references: readonly SchemaReference[]): SchemaReference[] {
  const byKey = new Map(references.map((reference) => [JSON.stringify(reference), reference]));
  return [...byKey.values()].toSorted(
    (left, right) =>
      compareText(left.name, right.name) || compareText(left.subject, right.subject) || left.version - right.version,
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
