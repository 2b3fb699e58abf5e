/**
 * Events as JSON and back, for people: dates as ISO 8601, bytes as base64, everything else as the contract has it. Which text is a date
 * and which is bytes is said by the schema; whether the result is a valid event is said by the contract's codec.
 */
type SchemaNode = string | readonly SchemaNode[] | SchemaObject;

interface SchemaObject {
  readonly type: SchemaNode;
  readonly name?: string;
  readonly namespace?: string;
  readonly logicalType?: string;
  readonly fields?: readonly { readonly name: string; readonly type: SchemaNode }[];
  readonly items?: SchemaNode;
  readonly values?: SchemaNode;
}

/** A value that `JSON.stringify` shows whole. */
export function toJsonValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJsonValue(item)]));
}

/** The event that JSON stands for. What does not fit the schema is left as it is, for the codec to refuse. */
export function fromJsonValue(schema: string, json: unknown): unknown {
  return new JsonReader().read(JSON.parse(schema) as SchemaNode, json);
}

const unqualified = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class JsonReader {
  private readonly named = new Map<string, SchemaObject>();

  read(node: SchemaNode, json: unknown): unknown {
    if (json === null) return null;
    if (typeof node === 'string') return this.readNamed(node, json);
    if (isUnion(node)) return this.readUnion(node, json);
    if (node.name !== undefined) this.named.set(unqualified(node.name), node);
    if (node.logicalType === 'timestamp-millis') return typeof json === 'string' ? new Date(json) : json;
    if (node.logicalType !== undefined) return json;
    if (node.type === 'record') return this.readRecord(node, json);
    if (node.type === 'array' && Array.isArray(json)) return json.map((item) => this.read(node.items!, item));
    if (node.type === 'map' && isObject(json))
      return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, this.read(node.values!, item)]));
    if (node.type === 'fixed') return bytesOf(json);
    return typeof node.type === 'string' ? this.readNamed(node.type, json) : this.read(node.type, json);
  }

  private readNamed(name: string, json: unknown): unknown {
    if (name === 'bytes') return bytesOf(json);
    const known = this.named.get(unqualified(name));
    return known ? this.read(known, json) : json;
  }

  private readRecord({ fields = [] }: SchemaObject, json: unknown): unknown {
    if (!isObject(json)) return json;
    const read = { ...json };
    for (const { name, type } of fields) if (name in json) read[name] = this.read(type, json[name]);
    return read;
  }

  /** A union of null and one other is that one's value; others say their branch in `type`. */
  private readUnion(branches: readonly SchemaNode[], json: unknown): unknown {
    const others = branches.filter((branch) => branch !== 'null');
    if (others.length === 1) return this.read(others[0]!, json);
    if (!isObject(json)) return json;
    const branch = others.find((each) => tagOf(each) === json['type']);
    if (branch === undefined) return json;
    const node = typeof branch === 'string' ? this.named.get(unqualified(branch)) : branch;
    if (node && !isUnion(node) && node.type === 'record') {
      const { type, ...fields } = json;
      return { type, ...(this.read(node, fields) as object) };
    }
    return { ...json, value: this.read(branch, json['value']) };
  }
}

const isUnion = (node: SchemaNode): node is readonly SchemaNode[] => Array.isArray(node);

function tagOf(node: SchemaNode): string | undefined {
  if (typeof node === 'string') return unqualified(node);
  if (isUnion(node)) return undefined;
  if (node.name !== undefined) return unqualified(node.name);
  return node.logicalType ?? (typeof node.type === 'string' ? node.type : undefined);
}

const bytesOf = (json: unknown): unknown => (typeof json === 'string' ? Buffer.from(json, 'base64') : json);
