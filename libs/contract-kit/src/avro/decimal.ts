import type avro from 'avsc';
import { ContractLogicalType } from './contract-logical-type.ts';

/** An exact decimal number as text: `-12.50`. Read with all digits of its scale; written with as many, or fewer. */
export type Decimal = `${number}`;

interface DecimalSchema {
  readonly type: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly size?: number;
}

const pattern = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The largest integers that `Buffer` reads and writes as numbers. */
const smallBytes = 6;
const smallLimit = 2n ** 47n;

/** Two's complement, big-endian. */
function integerOf(bytes: Buffer): bigint {
  if (bytes.length === 0) throw new RangeError('a decimal of no bytes');
  if (bytes.length <= smallBytes) return BigInt(bytes.readIntBE(0, bytes.length));
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

/** How many bytes the two's complement of a number takes. */
function byteLengthOf(integer: bigint): number {
  const magnitude = integer < 0n ? -integer - 1n : integer;
  return magnitude === 0n ? 1 : Math.floor(magnitude.toString(2).length / 8) + 1;
}

/** In exactly so many bytes; undefined when they do not suffice. */
function bytesOf(integer: bigint, size: number): Buffer | undefined {
  if (byteLengthOf(integer) > size) return undefined;
  const bytes = Buffer.allocUnsafe(size);
  if (size <= smallBytes && integer < smallLimit && integer >= -smallLimit) bytes.writeIntBE(Number(integer), 0, size);
  else
    bytes.write(
      BigInt.asUintN(size * 8, integer)
        .toString(16)
        .padStart(size * 2, '0'),
      'hex',
    );
  return bytes;
}

/**
 * `decimal` over bytes or fixed: an unscaled integer, big-endian two's complement.
 *
 * Never rounded: a value that has more digits than scale or precision is refused. What another writer's precision allowed is read.
 */
export class DecimalType extends ContractLogicalType<Buffer, Decimal> {
  readonly precision: number;
  readonly scale: number;
  private readonly size: number | undefined;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const { precision, scale = 0, size, type } = schema as unknown as DecimalSchema;
    if (!Number.isInteger(precision) || precision! < 1)
      throw new Error(`decimal needs a precision of at least 1, got ${precision}`);
    if (!Number.isInteger(scale) || scale < 0 || scale > precision!)
      throw new Error(`the scale of a decimal is from 0 to its precision (${precision}), got ${scale}`);
    if (type !== 'bytes' && type !== 'fixed') throw new Error(`decimal is bytes or fixed, not ${type}`);
    if (size !== undefined && byteLengthOf(10n ** BigInt(precision!) - 1n) > size)
      throw new Error(`a decimal of precision ${precision} does not fit into ${size} bytes`);
    this.precision = precision!;
    this.scale = scale;
    this.size = size;
  }

  get expectation(): string {
    return `a decimal text with at most ${this.precision - this.scale} digits before the point and ${this.scale} after it`;
  }

  protected override _fromValue(bytes: Buffer): Decimal {
    const integer = integerOf(bytes);
    const digits = (integer < 0n ? -integer : integer).toString().padStart(this.scale + 1, '0');
    const sign = integer < 0n ? '-' : '';
    if (this.scale === 0) return (sign + digits) as Decimal;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}` as Decimal;
  }

  protected override _toValue(value: unknown): Buffer | undefined {
    const [, sign = '', whole, given = ''] = pattern.exec(typeof value === 'string' ? value : '') ?? [];
    if (whole === undefined) return undefined;
    const fraction = given.length > this.scale ? given.replace(/0+$/, '') : given;
    if (fraction.length > this.scale) return undefined;
    const digits = (whole + fraction.padEnd(this.scale, '0')).replace(/^0+(?=\d)/, '');
    if (digits.length > this.precision) return undefined;
    const integer = BigInt(sign + digits);
    return bytesOf(integer, this.size ?? byteLengthOf(integer));
  }

  protected override differenceFrom(writer: this): string | undefined {
    return writer.scale === this.scale
      ? undefined
      : `a decimal of scale ${writer.scale} was written, of scale ${this.scale} is read`;
  }

  protected override _export(schema: avro.Schema): void {
    Object.assign(schema, { precision: this.precision, scale: this.scale });
  }
}
