/**
 * Bytes of keys and values, as people read them.
 *
 * Bytes in Confluent's wire format (0, the schema's id in four bytes) are decoded by the schema that the registry tells: Avro, JSON
 * Schema or Protobuf. Everything else is JSON when it parses as such, a text when it is UTF-8, or bytes. A registry that is away, or a
 * schema that does not fit, leaves bytes with the reason beside them.
 */
import { defineEvent } from '@headwater/contracts';
import { toJsonValue } from '@headwater/messaging';
import { ProtobufDecoder } from './protobuf-decoder.ts';
import type { DecodedValue } from './record-view.ts';
import type { RegisteredSchema, SchemaSource } from '../schemas/schema-source.ts';

const WIRE_HEADER_BYTES = 5;

type Decode = (body: Buffer) => Pick<DecodedValue, 'format' | 'value' | 'name'>;

export class ValueDecoder {
  private readonly decoders = new Map<number, Promise<Decode>>();

  constructor(private readonly schemas: SchemaSource) {}

  async decode(bytes: Buffer | null): Promise<DecodedValue> {
    if (bytes === null) return { format: 'none', value: null };
    if (bytes.length < WIRE_HEADER_BYTES || bytes[0] !== 0) return plain(bytes);
    const schemaId = bytes.readInt32BE(1);
    try {
      const decode = await this.decoderOf(schemaId);
      return { ...decode(bytes.subarray(WIRE_HEADER_BYTES)), schemaId };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { format: 'binary', value: bytes.toString('base64'), schemaId, problem };
    }
  }

  /** A schema is asked for once; a question that failed is asked again by the next record. */
  private decoderOf(schemaId: number): Promise<Decode> {
    const known = this.decoders.get(schemaId);
    if (known !== undefined) return known;
    const asked = this.schemas.byId(schemaId).then(decoderFor);
    this.decoders.set(schemaId, asked);
    asked.catch(() => this.decoders.delete(schemaId));
    return asked;
  }
}

function decoderFor({ type, text, references }: RegisteredSchema): Decode {
  if (type === 'PROTOBUF') {
    const decoder = new ProtobufDecoder(text, references);
    return (body) => ({ format: 'protobuf', ...decoder.decode(body) });
  }
  if (type === 'JSON')
    return (body) => ({ format: 'json-schema', value: JSON.parse(body.toString('utf8')) as unknown });
  if (type !== 'AVRO') throw new Error(`schemas of type ${type} are not known here`);
  const name = nameOf(text);
  const contract = defineEvent({ name: name ?? 'value', schema: text });
  return (body) => ({
    format: 'avro',
    value: toJsonValue(contract.decode(body)),
    ...(name === undefined ? {} : { name }),
  });
}

/** Full name of a named type; undefined for the others. */
function nameOf(schema: string): string | undefined {
  const parsed = JSON.parse(schema) as { name?: unknown; namespace?: unknown } | string | null;
  if (typeof parsed !== 'object' || parsed === null || typeof parsed.name !== 'string') return undefined;
  const { name, namespace } = parsed;
  return name.includes('.') || typeof namespace !== 'string' ? name : `${namespace}.${name}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Of bytes that name no schema. */
export function plain(bytes: Buffer): DecodedValue {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { format: 'binary', value: bytes.toString('base64') };
  }
  // Only what cannot be a plain word: a key such as 12 stays the text that it is.
  if (/^\s*[[{]/.test(text)) {
    try {
      return { format: 'json', value: JSON.parse(text) as unknown };
    } catch {
      return { format: 'text', value: text };
    }
  }
  // Control characters are a sign of bytes that only happen to be UTF-8.
  // eslint-disable-next-line no-control-regex
  return /[\0-\x08\x0e-\x1f]/.test(text)
    ? { format: 'binary', value: bytes.toString('base64') }
    : { format: 'text', value: text };
}
