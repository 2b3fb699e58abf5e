/**
 * An event type: its name, its Avro schema and the codec of its body.
 *
 * The body is Avro's binary encoding alone; the wire format around it (magic byte, schema id) is the messaging lib's. How
 * Avro's types look in TypeScript is said in avro/index.ts. Codecs are built at first use, a view's when
 * it is made, so that a wrong field is told at once.
 */
import type avro from 'avsc';
import { compileReader, compileView, compileWriter, wrongValues } from './avro/index.ts';
import { ContractError } from './contract-error.ts';

/** An event type with its schema and codec. */
export interface EventContract<Name extends string = string, Value = unknown> {
  /** The record's full name, for example `headwater.social.PostPublished`. */
  readonly name: Name;
  /** The name and its aliases: what a writer may call this event. */
  readonly names: readonly string[];
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
  decoderFor(writerSchema: string): BodyDecoder<Value>;
}

/** The value of the body from `start` to before `end`, all of the bytes by default. @throws {ContractError} `EVENT_UNREADABLE` */
export type BodyDecoder<Value> = (source: Buffer, start?: number, end?: number) => Value;

/** The type of an event's values: `EventValue<typeof postPublished>`. */
export type EventValue<Contract> = Contract extends EventContract<string, infer Value> ? Value : never;

type Resolver = ReturnType<avro.Type['createResolver']>;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The record's full name and those it had before (Avro specification, Aliases). */
function namesOf(schema: string): string[] {
  const {
    name,
    namespace,
    aliases = [],
  } = JSON.parse(schema) as { name: string; namespace?: string; aliases?: string[] };
  return [name, ...aliases].map((one) => (one.includes('.') || !namespace ? one : `${namespace}.${one}`));
}

function bodyDecoder<Value>(name: string, type: () => avro.Type, resolver?: Resolver): BodyDecoder<Value> {
  return (source, start = 0, end = source.length) => {
    try {
      const read = type().decode(source, start, resolver);
      // What ends elsewhere is read again as a body of its own, which tells what is wrong with it.
      return (read.offset === end ? read.value : type().fromBuffer(source.subarray(start, end), resolver)) as Value;
    } catch (error) {
      throw new ContractError(
        'EVENT_UNREADABLE',
        `${name}: ${end - start} bytes are not this record: ${reasonOf(error)}`,
        { cause: error },
      );
    }
  };
}

function resolvingDecoder<Value>(name: string, reader: avro.Type, writerSchema: string): BodyDecoder<Value> {
  try {
    return bodyDecoder(name, () => reader, reader.createResolver(compileWriter(writerSchema)));
  } catch (error) {
    throw new ContractError(
      'SCHEMA_UNREADABLE',
      `${name}: cannot read what was written as ${writerSchema}: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * The same event for a reader of some of its fields: what it decodes has these alone. It writes nothing.
 *
 * @throws {ContractError} `SCHEMA_UNREADABLE` when the event has no such field.
 */
export function viewOfEvent<Name extends string, Value, Field extends keyof Value & string>(
  event: EventContract<Name, Value>,
  fields: readonly Field[],
): EventContract<Name, Pick<Value, Field>> {
  const { name, schema } = event;
  let reader: avro.Type;
  try {
    reader = compileView(schema, fields);
  } catch (error) {
    throw new ContractError('SCHEMA_UNREADABLE', `${name}: no view of ${fields.join(', ')}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const decoderFor = (writerSchema: string): BodyDecoder<Pick<Value, Field>> =>
    resolvingDecoder(name, reader, writerSchema);
  return {
    name,
    names: event.names,
    schema,
    encode() {
      throw new ContractError('EVENT_INVALID', `${name}: a view of ${fields.join(', ')} is not written`);
    },
    decode: (body) => decoderFor(schema)(body),
    decoderFor,
  };
}

/** Builds the contract of one event; called by generated code. */
export function defineEvent<Name extends string, Value>(definition: {
  name: Name;
  schema: string;
}): EventContract<Name, Value> {
  const { name, schema } = definition;
  let compiled: avro.Type | undefined;
  let names: readonly string[] | undefined;
  const type = (): avro.Type => (compiled ??= compileReader(schema));

  return {
    name,
    schema,
    get names() {
      return (names ??= namesOf(schema));
    },
    encode(value) {
      try {
        return type().toBuffer(value);
      } catch (error) {
        throw new ContractError('EVENT_INVALID', `${name}: ${wrongValues(type(), value) || reasonOf(error)}`, {
          cause: error,
        });
      }
    },
    decode: bodyDecoder(name, type),
    decoderFor: (writerSchema) =>
      writerSchema === schema ? bodyDecoder(name, type) : resolvingDecoder(name, type(), writerSchema),
  };
}
