import { isDeepStrictEqual } from 'node:util';
import { GeneratorError } from '../error/index.ts';

/** How a kind of field is written in each language. */
interface FieldForms {
  /** JSON of the Avro type. */
  readonly avro: string;
  readonly type: string;
  readonly sql: string;
  /** Decorator of a request's field, and where it comes from. */
  readonly decorator: string;
  readonly from: 'service-kit' | 'class-validator';
  /** A value in a spec, as TypeScript. */
  readonly sample: string;
}

export const fieldKinds = {
  id: { avro: '"string"', type: 'string', sql: 'text', decorator: 'Id()', from: 'service-kit', sample: "'ann'" },
  text: {
    avro: '"string"',
    type: 'string',
    sql: 'text',
    decorator: 'Text(1000)',
    from: 'service-kit',
    sample: "'as agreed'",
  },
  int: { avro: '"int"', type: 'number', sql: 'integer', decorator: 'IsInt()', from: 'class-validator', sample: '3' },
  amount: {
    avro: '{ "type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2 }',
    type: 'Decimal',
    sql: 'numeric(18, 2)',
    decorator: 'Amount()',
    from: 'service-kit',
    sample: "'12.50'",
  },
  boolean: {
    avro: '"boolean"',
    type: 'boolean',
    sql: 'boolean',
    decorator: 'IsBoolean()',
    from: 'class-validator',
    sample: 'true',
  },
} as const satisfies Readonly<Record<string, FieldForms>>;

export type FieldKind = keyof typeof fieldKinds;

/** A field of an event besides its identity, its key and its time. */
export interface Field extends FieldForms {
  readonly name: string;
  readonly kind: FieldKind;
}

/** The kind of field that an Avro type is written for, as JSON. */
export function kindOf(avro: unknown): FieldKind {
  const kinds = Object.keys(fieldKinds) as FieldKind[];
  return kinds.find((kind) => kind !== 'id' && isDeepStrictEqual(JSON.parse(fieldKinds[kind].avro), avro)) ?? 'text';
}

/** `customerId:id total:amount`, with blanks or commas between. @throws GeneratorError */
export function parseFields(text: string): Field[] {
  const fields = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((part): Field => {
      const [name = '', kind = 'text', ...rest] = part.split(':');
      if (!/^[a-z][A-Za-z0-9]{0,59}$/.test(name) || !isKind(kind) || rest.length > 0)
        throw new GeneratorError(
          `'${part}' is no field: write NAME:KIND such as customerId:id, the name in camelCase, the kind one of ${Object.keys(fieldKinds).join(', ')}.`,
        );
      return { name, kind, ...fieldKinds[kind] };
    });
  const twin = fields.find(({ name }, index) => fields.findIndex((field) => field.name === name) !== index);
  if (twin) throw new GeneratorError(`The field ${twin.name} is named twice.`);
  return fields;
}

const isKind = (kind: string): kind is FieldKind => Object.hasOwn(fieldKinds, kind);
