/**
 * TypeScript types of Avro schemas, in the forms that libs/contracts encodes and decodes (its avro/index.ts lists them).
 *
 * A named type is written once, in the context that is read first, and imported by the others: names have no namespace in
 * TypeScript, so that one short name must mean one type.
 */
import { branchTagOf } from '@headwater/contract-kit/avro';
import type { AvroField, AvroNode, AvroObject, EventSchema } from './event-schemas.ts';
import { docOf } from './typescript-names.ts';

const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};

/** Types of libs/contracts, imported where they are used. */
const logicalForms: Readonly<Record<string, string>> = {
  date: 'LocalDate',
  decimal: 'Decimal',
  duration: 'Duration',
  'local-timestamp-micros': 'LocalDateTime',
  'local-timestamp-millis': 'LocalDateTime',
  'time-micros': 'LocalTime',
  'time-millis': 'LocalTime',
  'timestamp-micros': 'TimestampMicros',
  'timestamp-millis': 'Date',
  uuid: 'Uuid',
};

/** What a generated name would hide. */
const taken = new Set([...Object.values(logicalForms), 'Buffer', 'Readonly', 'Record']);

const isNull = (node: AvroNode): boolean => node === 'null' || (node as Partial<AvroObject>).type === 'null';

interface NamedType {
  readonly fullName: string;
  readonly context: string;
  readonly file: string;
  readonly doc: string;
  /** Empty while its own fields are read. */
  text: string;
}

/** What one context's file holds. */
export interface ContextTypes {
  readonly text: string;
  /** Names of libs/contracts' own types. */
  readonly forms: readonly string[];
  /** Names of types that other contexts' files hold, by context. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

/** Where a type is being read. */
interface Place {
  readonly event: EventSchema;
  readonly namespace: string | undefined;
  readonly field: string;
}

export class TypeCollector {
  readonly problems: string[] = [];
  private readonly named = new Map<string, NamedType>();
  private readonly records = new Map<string, AvroObject>();
  private readonly used = new Map<string, Set<string>>();

  add(event: EventSchema): void {
    this.typeOf(event.schema, { event, namespace: undefined, field: event.schema.name });
  }

  of(context: string): ContextTypes {
    const own = [...this.named].filter(([, type]) => type.context === context);
    const used = [...(this.used.get(context) ?? [])].sort();
    const imports = new Map<string, string[]>();
    for (const name of used) {
      const home = this.named.get(name)?.context;
      if (home !== undefined && home !== context) imports.set(home, [...(imports.get(home) ?? []), name]);
    }
    return {
      text: own.map(([, { doc, text }]) => doc + text).join('\n'),
      forms: used.filter((name) => taken.has(name) && name !== 'Date'),
      imports,
    };
  }

  private problem({ event, field }: Place, text: string): void {
    this.problems.push(`${event.file}: ${field}: ${text}`);
  }

  private use(name: string, { event }: Place): string {
    this.used.set(event.context, (this.used.get(event.context) ?? new Set()).add(name));
    return name;
  }

  private typeOf(node: AvroNode, place: Place): string {
    if (Array.isArray(node)) return this.union(node, place);
    if (typeof node === 'string') return primitives[node] ?? this.use(node.split('.').at(-1)!, place);
    const form = node.logicalType === undefined ? undefined : logicalForms[node.logicalType];
    if (form !== undefined) {
      // A fixed with a logical type has a name that later types may refer to.
      if (node.name !== undefined)
        return this.define(node, place, () => `export type ${shortOf(node)} = ${this.use(form, place)};\n`);
      return this.use(form, place);
    }
    return this.complex(node, place);
  }

  private complex(node: AvroObject, place: Place): string {
    switch (node.type) {
      case 'enum':
        return this.define(
          node,
          place,
          () => `export type ${shortOf(node)} = ${node.symbols!.map((symbol) => `'${symbol}'`).join(' | ')};\n`,
        );
      case 'fixed':
        return this.define(node, place, () => `export type ${shortOf(node)} = Buffer;\n`);
      case 'record':
        return this.define(
          node,
          place,
          (inside) =>
            `export interface ${shortOf(node)} {\n${node.fields!.map((field) => this.field(field, inside)).join('')}}\n`,
        );
      case 'array':
        return `readonly (${this.typeOf(node.items!, place)})[]`;
      case 'map':
        return `Readonly<Record<string, ${this.typeOf(node.values!, place)}>>`;
      default:
        if (node.type in primitives) return primitives[node.type]!;
        this.problem(place, `Avro type ${JSON.stringify(node.type)} has no TypeScript form here`);
        return 'never';
    }
  }

  private field({ name, type, doc }: AvroField, place: Place): string {
    const text = this.typeOf(type, { ...place, field: `${place.field}.${name}` });
    return `${docOf(doc, noteOf(type))}readonly ${name}: ${text};\n`;
  }

  private define(node: AvroObject, place: Place, write: (inside: Place) => string): string {
    const name = shortOf(node);
    const namespace = node.name!.includes('.')
      ? node.name!.slice(0, node.name!.lastIndexOf('.'))
      : (node.namespace ?? place.namespace);
    const fullName = namespace ? `${namespace}.${name}` : name;
    if (node.type === 'record') this.records.set(name, node);
    const twin = this.named.get(name);
    if (taken.has(name) || (twin && twin.fullName !== fullName)) {
      const other = twin ? `${twin.fullName} of ${twin.file}` : 'a type of TypeScript or of libs/contracts';
      this.problem(place, `the name ${name} is that of ${other}; give it another, and its old one as an alias`);
      return name;
    }
    const type: NamedType = {
      fullName,
      context: place.event.context,
      file: place.event.file,
      doc: docOf(node.doc, noteOf(node)),
      text: '',
    };
    if (!twin) this.named.set(name, type);
    type.text = write({ ...place, namespace, field: name });
    if (twin && twin.text !== type.text)
      this.problem(place, `${fullName} differs from the ${fullName} of ${twin.file}; define it alike`);
    return this.use(name, place);
  }

  private union(branches: readonly AvroNode[], place: Place): string {
    const valued = branches.filter((branch) => !isNull(branch));
    const types = valued.map((branch) => this.typeOf(branch, place));
    const nothing = valued.length < branches.length ? ['null'] : [];
    if (valued.length < 2) return [...types, ...nothing].join(' | ');
    const tags = valued.map((branch) => branchTagOf(branch));
    for (const tag of tags.filter((one, index) => tags.indexOf(one) !== index))
      this.problem(place, `two branches of the union are called ${tag}; rename one`);
    return [...valued.map((branch, index) => this.branch(branch, tags[index]!, types[index]!, place)), ...nothing].join(
      ' | ',
    );
  }

  /** `{ type: 'A' } & A` for a record, `{ type: 'long', value: number }` for anything else. */
  private branch(node: AvroNode, tag: string, type: string, place: Place): string {
    const isNamed = typeof node === 'string' && !(node in primitives);
    const record = isNamed || (node as AvroObject).type === 'record' ? this.records.get(type) : undefined;
    if (!record) return `{ readonly type: '${tag}'; readonly value: ${type} }`;
    if (record.fields!.some(({ name }) => name === 'type'))
      this.problem(
        place,
        `${tag} has a field type, by which branches of a union are told apart; rename it (its old name as an alias)`,
      );
    return `({ readonly type: '${tag}' } & ${type})`;
  }
}

const shortOf = (node: AvroObject): string => node.name!.slice(node.name!.lastIndexOf('.') + 1);

/** What a type's name does not say. */
export function noteOf(node: AvroNode): string | undefined {
  if (Array.isArray(node)) return node.map(noteOf).find((note) => note !== undefined);
  if (typeof node === 'string') return undefined;
  if (node.type === 'array') return noteOf(node.items!);
  if (node.type === 'map') return noteOf(node.values!);
  const { precision, scale = 0 } = node;
  if (node.logicalType === 'decimal')
    return `At most ${precision! - scale} digits before the point, ${scale} after it.`;
  if (node.type === 'fixed' && node.logicalType === undefined) return `${node.size} bytes.`;
  return undefined;
}
