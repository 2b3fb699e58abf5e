/** Avro's JSON of a schema, with its names resolved (Avro specification 1.12, Names). */

export interface AvroField {
  readonly name: string;
  readonly type: AvroNode;
}

/** A type of a schema; a named type that was declared before is the same object. */
export interface AvroNode {
  /** A primitive, `record`, `enum`, `fixed`, `array`, `map` or `union`. */
  readonly kind: string;
  /** Of a named type, in full. */
  readonly fullName?: string;
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly size?: number;
  readonly symbols?: readonly string[];
  fields?: readonly AvroField[];
  items?: AvroNode;
  values?: AvroNode;
  branches?: readonly AvroNode[];
}

type Json = string | Json[] | Readonly<Record<string, unknown>>;

const primitives: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

class SchemaParser {
  private readonly named = new Map<string, AvroNode>();

  parse(schema: Json, namespace: string): AvroNode {
    if (typeof schema === 'string') return this.reference(schema, namespace);
    if (Array.isArray(schema))
      return { kind: 'union', branches: schema.map((branch) => this.parse(branch, namespace)) };
    const { type } = schema;
    if (typeof type !== 'string') return this.parse(type as Json, namespace);
    switch (type) {
      case 'record':
      case 'error':
        return this.record(schema, namespace);
      case 'enum':
        return this.declare(schema, namespace, { kind: 'enum', symbols: schema['symbols'] as string[] });
      case 'fixed':
        return this.declare(schema, namespace, { kind: 'fixed', size: schema['size'] as number, ...logical(schema) });
      case 'array':
        return { kind: 'array', items: this.parse(schema['items'] as Json, namespace) };
      case 'map':
        return { kind: 'map', values: this.parse(schema['values'] as Json, namespace) };
      default:
        return { ...this.reference(type, namespace), ...logical(schema) };
    }
  }

  private reference(name: string, namespace: string): AvroNode {
    if (primitives.has(name)) return { kind: name };
    const found = this.named.get(qualified(name, namespace)) ?? this.named.get(name);
    if (!found) throw new Error(`the schema names ${name}, and declares no such type before`);
    return found;
  }

  private declare(schema: Readonly<Record<string, unknown>>, namespace: string, node: AvroNode): AvroNode {
    const own = typeof schema['namespace'] === 'string' ? schema['namespace'] : namespace;
    const fullName = qualified(schema['name'] as string, own);
    const declared = { ...node, fullName };
    this.named.set(fullName, declared);
    return declared;
  }

  private record(schema: Readonly<Record<string, unknown>>, namespace: string): AvroNode {
    const node = this.declare(schema, namespace, { kind: 'record' });
    const inner = namespaceOf(node.fullName!);
    node.fields = (schema['fields'] as { readonly name: string; readonly type: Json }[]).map(({ name, type }) => ({
      name,
      type: this.parse(type, inner),
    }));
    return node;
  }
}

function logical(schema: Readonly<Record<string, unknown>>): Partial<AvroNode> {
  const { logicalType, precision, scale } = schema;
  return {
    ...(typeof logicalType === 'string' ? { logicalType } : {}),
    ...(typeof precision === 'number' ? { precision } : {}),
    ...(typeof scale === 'number' ? { scale } : {}),
  };
}

const qualified = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;

const namespaceOf = (fullName: string): string => fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));

/** @throws when the text is no Avro schema. */
export function parseAvroSchema(text: string): AvroNode {
  return new SchemaParser().parse(JSON.parse(text) as Json, '');
}
