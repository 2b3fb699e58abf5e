/**
 * An event type: its name, its Avro schema and the codec of its body.
 *
 * The body is Avro's binary encoding alone; the wire format around it (magic byte, schema id) is the messaging lib's. The
 * logical type `timestamp-millis` is a `Date`, so that a unit is never mistaken. Codecs are built at first use.
 */
import avro from 'avsc';
import { ContractError } from './contract-error.ts';
import { timestampMillis } from './timestamp-millis.ts';

export interface EventContract<Name extends string = string, Value = unknown> {
  /** The record's full name, for example `headwater.social.PostPublished`. */
  readonly name: Name;
  /** The Avro schema as JSON text, as it is registered. */
  readonly schema: string;
  /** The Avro body of a value. @throws {ContractError} `EVENT_INVALID`, naming each wrong field. */
  encode(value: Value): Buffer;
  /** The value of a body written with this very schema. @throws {ContractError} `EVENT_UNREADABLE` */
  decode(body: Buffer): Value;
  /**
   * A decoder of bodies written with another version of the schema (JSON text), which resolves them to this one by Avro's rules.
   * Build it once per writer's schema. @throws {ContractError} `SCHEMA_UNREADABLE` when the two cannot be resolved.
   */
  decoderFor(writerSchema: string): (body: Buffer) => Value;
}

/** The type of an event's values: `EventValue<typeof postPublished>`. */
export type EventValue<Contract> = Contract extends EventContract<string, infer Value> ? Value : never;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function typeOf(schema: string): avro.Type {
  return avro.Type.forSchema(JSON.parse(schema) as avro.Schema, {
    logicalTypes: { 'timestamp-millis': timestampMillis },
  });
}

function wrongFields(type: avro.Type, value: unknown): string {
  const wrong: string[] = [];
  type.isValid(value, {
    errorHook: (path, found, expected) => {
      wrong.push(
        `${path.join('.') || 'the value'} must be ${expected.toString()}, got ${found === undefined ? 'nothing' : JSON.stringify(found)}`,
      );
    },
  });
  return wrong.join('; ');
}

/** Builds the contract of one event; called by generated code. */
export function defineEvent<Name extends string, Value>(definition: {
  name: Name;
  schema: string;
}): EventContract<Name, Value> {
  const { name, schema } = definition;
  let compiled: avro.Type | undefined;
  const type = (): avro.Type => (compiled ??= typeOf(schema));

  const decodeWith = (body: Buffer, resolver?: ReturnType<avro.Type['createResolver']>): Value => {
    try {
      return type().fromBuffer(body, resolver) as Value;
    } catch (error) {
      throw new ContractError(
        'EVENT_UNREADABLE',
        `${name}: ${body.length} bytes are not this record: ${reasonOf(error)}`,
        {
          cause: error,
        },
      );
    }
  };

  return {
    name,
    schema,
    encode(value) {
      try {
        return type().toBuffer(value);
      } catch (error) {
        throw new ContractError('EVENT_INVALID', `${name}: ${wrongFields(type(), value) || reasonOf(error)}`, {
          cause: error,
        });
      }
    },
    decode: (body) => decodeWith(body),
    decoderFor(writerSchema) {
      if (writerSchema === schema) return (body) => decodeWith(body);
      try {
        const resolver = type().createResolver(avro.Type.forSchema(JSON.parse(writerSchema) as avro.Schema));
        return (body) => decodeWith(body, resolver);
      } catch (error) {
        throw new ContractError(
          'SCHEMA_UNREADABLE',
          `${name}: cannot read what was written as ${writerSchema}: ${reasonOf(error)}`,
          {
            cause: error,
          },
        );
      }
    },
  };
}
