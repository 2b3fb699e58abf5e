/** Writes one record as a person wants it, checked against a schema of the registry, and against the contract where there is one. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ContractError, defineEvent, topics as contracts, type TopicContract } from '@headwater/contracts';
import { fromJsonValue, headerNames } from '@headwater/messaging';
import { Problem } from '@headwater/service-kit';
import { ClusterClient } from '../cluster/cluster-client.ts';
import { SchemaSource, type RegisteredSchema } from '../schemas/schema-source.ts';
import type { ProduceRequest } from './message-requests.ts';
import { ProtobufDecoder } from './protobuf-decoder.ts';

export interface Produced {
  readonly key: string | null;
  readonly messageId: string;
  /** Of the value; null for a tombstone. */
  readonly bytes: number | null;
  readonly schemaId: number | null;
  readonly isWritten: boolean;
}

interface EncodedValue {
  readonly bytes: Buffer | null;
  readonly schemaId: number | null;
  /** The value as its contract has it, where a contract says what its key is. */
  readonly event: unknown;
}

const knownTopics: readonly TopicContract[] = Object.values(contracts);
const MAGIC = 0;

@Injectable()
export class MessageWriter {
  constructor(
    private readonly client: ClusterClient,
    private readonly schemas: SchemaSource,
  ) {}

  /** @throws {Problem} 422 when the value does not fit the schema, or the key the contract */
  async produce(topic: string, request: ProduceRequest): Promise<Produced> {
    const { bytes, schemaId, event } = await this.encode(request);
    const contract = knownTopics.find(({ name }) => name === topic);
    const key = keyFor(contract, event, request.key);
    const headers = headersOf(request.headers ?? {});
    const produced = { key, messageId: headers[headerNames.messageId] ?? '', bytes: bytes?.length ?? null, schemaId };
    if (request.dryRun === true) return { ...produced, isWritten: false };
    try {
      await this.client.producer.sendEncoded({
        topic,
        key,
        value: bytes,
        headers,
        ...(request.partition === undefined ? {} : { partition: request.partition }),
        ...(contract === undefined || key === null ? {} : { partitionKey: contract.partitionKeyOf(key) }),
      });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new Problem({ status: 503, code: 'not-written', detail, cause: error });
    }
    return { ...produced, isWritten: true };
  }

  private async encode({ format, value, subject }: ProduceRequest): Promise<EncodedValue> {
    const simple = (bytes: Buffer | null): EncodedValue => ({ bytes, schemaId: null, event: undefined });
    if (format === 'none') return simple(null);
    if (format === 'json') return simple(Buffer.from(JSON.stringify(value ?? null)));
    if (format === 'text') return simple(Buffer.from(textOf(value)));
    if (format === 'base64') return simple(Buffer.from(textOf(value), 'base64'));
    if (subject === undefined)
      throw Problem.badRequest('subject-missing', 'Name the subject whose schema the value has');
    const schema = await this.schemas.newest(subject);
    const { body, event } = await encodeBy(schema, value);
    const header = Buffer.alloc(5, MAGIC);
    header.writeInt32BE(schema.schemaId, 1);
    return { bytes: Buffer.concat([header, body]), schemaId: schema.schemaId, event };
  }
}

/** @throws {Problem} 422 that names what does not fit */
async function encodeBy(
  schema: RegisteredSchema,
  value: unknown,
): Promise<{ readonly body: Buffer; readonly event?: unknown }> {
  try {
    if (schema.type === 'PROTOBUF') return { body: new ProtobufDecoder(schema.text, schema.references).encode(value) };
    if (schema.type === 'JSON') return { body: await encodeJson(schema.text, value) };
    const contract = defineEvent({ name: 'value', schema: schema.text });
    const event = fromJsonValue(schema.text, value);
    return { body: contract.encode(event), event };
  } catch (error) {
    if (error instanceof Problem) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw Problem.unprocessable('value-does-not-fit', detail.replace(/^value: /, ''));
  }
}

async function encodeJson(schema: string, value: unknown): Promise<Buffer> {
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const parsed = JSON.parse(schema) as Record<string, unknown>;
  // A draft that this validator does not know by its address is read as the one that it does know.
  delete parsed['$schema'];
  if (ajv.validate(parsed, value)) return Buffer.from(JSON.stringify(value));
  throw Problem.unprocessable('value-does-not-fit', ajv.errorsText(ajv.errors, { dataVar: 'value' }));
}

function keyFor(contract: TopicContract | undefined, event: unknown, given: string | undefined): string | null {
  if (contract === undefined || event === undefined) return given ?? null;
  try {
    const key = contract.keyOf(event);
    if (given === undefined || given === key) return key;
    throw Problem.unprocessable('key-does-not-fit', `The event’s key is ${key}, not ${given}: leave it empty`);
  } catch (error) {
    if (error instanceof ContractError) throw Problem.unprocessable('key-does-not-fit', error.message);
    throw error;
  }
}

function headersOf(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const wrong = Object.entries(given).find(([, value]) => typeof value !== 'string');
  if (wrong !== undefined) throw Problem.badRequest('header-invalid', `Header ${wrong[0]} must be a text`);
  return { [headerNames.messageId]: randomUUID(), ...(given as Record<string, string>) };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw Problem.badRequest('value-invalid', 'The value must be a text');
}
