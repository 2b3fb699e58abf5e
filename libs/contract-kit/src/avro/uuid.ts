import type avro from 'avsc';
import { ContractLogicalType } from './contract-logical-type.ts';

/** A UUID's text (RFC 9562), as `crypto.randomUUID` gives it. */
export type Uuid = `${string}-${string}-${string}-${string}-${string}`;

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `uuid` over string or fixed(16). Over a string the text is kept as it was written. */
export class UuidType extends ContractLogicalType<string | Buffer, Uuid> {
  readonly expectation = 'a UUID, such as 0b6f5c1e-3f5e-4c57-9d3c-5a1f0e9a7c11';
  private readonly asText: boolean;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const { type, size } = schema as unknown as { type: string; size?: number };
    if (type !== 'string' && size !== 16) throw new Error('uuid is a string, or a fixed of 16 bytes');
    this.asText = type === 'string';
  }

  protected override _fromValue(value: string | Buffer): Uuid {
    if (typeof value === 'string') return value as Uuid;
    const hex = value.toString('hex');
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
    return parts.join('-') as Uuid;
  }

  protected override _toValue(value: unknown): string | Buffer | undefined {
    if (typeof value !== 'string' || !pattern.test(value)) return undefined;
    return this.asText ? value : Buffer.from(value.replaceAll('-', ''), 'hex');
  }
}
