import type avro from 'avsc';
import { ContractLogicalType } from './contract-logical-type.ts';

/** A span by the calendar: months and days have no fixed length, so that the three do not add up. Each from 0 to 4294967295. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
}

const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;

/** `duration` over fixed(12): three unsigned integers of four bytes, little-endian. */
export class DurationType extends ContractLogicalType<Buffer, Duration> {
  readonly expectation = 'months, days and milliseconds, each a whole number from 0 to 4294967295';

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    if ((schema as unknown as { size?: number }).size !== 12) throw new Error('duration is a fixed of 12 bytes');
  }

  protected override _fromValue(bytes: Buffer): Duration {
    return { months: bytes.readUInt32LE(0), days: bytes.readUInt32LE(4), milliseconds: bytes.readUInt32LE(8) };
  }

  protected override _toValue(value: unknown): Buffer | undefined {
    const { months, days, milliseconds } = (value ?? {}) as Partial<Duration>;
    if (!isCount(months) || !isCount(days) || !isCount(milliseconds)) return undefined;
    const bytes = Buffer.allocUnsafe(12);
    bytes.writeUInt32LE(months, 0);
    bytes.writeUInt32LE(days, 4);
    bytes.writeUInt32LE(milliseconds, 8);
    return bytes;
  }
}
