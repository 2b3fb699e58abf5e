import avro from 'avsc';
import { ContractUnion } from './contract-union.ts';
import {
  DateType,
  LocalTimestampMicros,
  LocalTimestampMillis,
  TimeMicros,
  TimeMillis,
  TimestampMicrosType,
} from './calendar-types.ts';
import { DecimalType } from './decimal.ts';
import { DurationType } from './duration.ts';
import { SafeLong } from './safe-long.ts';
import { TimestampMillis } from './timestamp-millis.ts';
import { UuidType } from './uuid.ts';
import type { SchemaNode, SchemaObject } from './branch-tag.ts';
import type { LogicalTypeClass } from './avsc-protocol.ts';

type LogicalTypes = Record<string, LogicalTypeClass>;

/** By their names in a schema. */
const logicalTypes: LogicalTypes = {
  date: DateType,
  decimal: DecimalType,
  duration: DurationType,
  'local-timestamp-micros': LocalTimestampMicros,
  'local-timestamp-millis': LocalTimestampMillis,
  'time-micros': TimeMicros,
  'time-millis': TimeMillis,
  'timestamp-micros': TimestampMicrosType,
  'timestamp-millis': TimestampMillis,
  uuid: UuidType,
};

/** The underlying types that Avro allows; those not named here look themselves. */
const underlyingTypes: Readonly<Record<string, string>> = {
  date: 'int',
  'local-timestamp-micros': 'long',
  'local-timestamp-millis': 'long',
  'time-micros': 'long',
  'time-millis': 'int',
  'timestamp-micros': 'long',
  'timestamp-millis': 'long',
};

export const logicalTypeNames: readonly string[] = Object.keys(logicalTypes);

/** @throws Error naming a logical type that has no form here, or stands on a type that it may not stand on. */
function checkLogicalType(node: SchemaObject): void {
  if (node.logicalType === undefined) return;
  const { logicalType, type } = node;
  if (!(logicalType in logicalTypes))
    throw new Error(`logicalType ${logicalType} has no form here; known are ${logicalTypeNames.join(', ')}`);
  const underlying = underlyingTypes[logicalType];
  if (underlying !== undefined && underlying !== type)
    throw new Error(`logicalType ${logicalType} is of type ${underlying}, not ${type}`);
}

type TypeHook = NonNullable<Parameters<typeof avro.Type.forSchema>[1]>['typeHook'];

/** Our types in place of avsc's. A union and a logical type ask for the type under them by the same schema, a second time. */
function hookOf(replaceUnions: boolean): TypeHook {
  const begun = new WeakSet();
  return (given, options) => {
    const node = given as unknown as SchemaNode;
    if (node === 'long') return new SafeLong();
    if (typeof node === 'string') return undefined;
    const again = begun.has(node);
    begun.add(node);
    if (Array.isArray(node)) return again || !replaceUnions ? undefined : new ContractUnion(node, options);
    if (replaceUnions) checkLogicalType(node);
    const isUnderlying = again || !(node.logicalType !== undefined && node.logicalType in logicalTypes);
    return node.type === 'long' && isUnderlying ? new SafeLong() : undefined;
  };
}

const compile = (schema: string, options: Parameters<typeof avro.Type.forSchema>[1]): avro.Type =>
  avro.Type.forSchema(JSON.parse(schema) as avro.Schema, { logicalTypes, ...options });

/** A contract's schema as a type whose values are those of the generated TypeScript. @throws Error when it is wrong. */
export function compileReader(schema: string): avro.Type {
  return compile(schema, { assertLogicalTypes: true, omitRecordMethods: true, typeHook: hookOf(true) });
}

/** A record's schema, as `compileReader` has it, with the named fields alone. @throws Error when it has no such field. */
export function compileView(schema: string, fields: readonly string[]): avro.Type {
  const whole = compileReader(schema) as avro.types.RecordType;
  const record = JSON.parse(schema) as { readonly fields: readonly { readonly name: string }[] };
  const unknown = fields.find((name) => !record.fields.some((field) => field.name === name));
  if (unknown !== undefined) throw new Error(`it has no field ${unknown}`);
  // Types as they are compiled: a field that is left out may define a type that another one names.
  const seen = record.fields
    .filter(({ name }) => fields.includes(name))
    .map((field) => ({ ...field, type: whole.field(field.name).type }));
  return avro.Type.forSchema({ ...record, fields: seen } as unknown as avro.Schema, { omitRecordMethods: true });
}

/** Another's schema, to be resolved to a reader's. Logical types that are not known here count as what they stand on. */
export function compileWriter(schema: string): avro.Type {
  return compile(schema, { typeHook: hookOf(false) });
}
