import avro from 'avsc';
import { resolverOf, type InnerResolver, type InnerType, type Tap } from './avsc-protocol.ts';

/**
 * A logical type that says what it expects, and reads only what means the same.
 *
 * Avro resolves by the underlying type alone: milliseconds read as microseconds, or hundredths as thousandths, are wrong by a
 * factor and by no error. Here a writer's logical type must be the reader's own. A writer that named none is taken to have meant
 * the reader's: the attribute was added to a field that had always held such values.
 */
export abstract class ContractLogicalType<Raw, Value> extends avro.types.LogicalType {
  /** The logical type's name in a schema. */
  readonly logicalType: string;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    ({ logicalType: this.logicalType } = schema as unknown as { logicalType: string });
  }

  /** What a value must be, to follow `must be`. */
  abstract readonly expectation: string;

  /** @throws when the bytes hold no such value. */
  protected abstract override _fromValue(raw: Raw): Value;

  /** Undefined when the value is none of this type. */
  protected abstract override _toValue(value: unknown): Raw | undefined;

  /** Why another of the same name means something else; undefined when it does not. */
  protected differenceFrom(_writer: this): string | undefined {
    return undefined;
  }

  protected override _resolve(): never {
    throw new Error('resolution is done by _update');
  }

  // Called by avsc when a resolver is made.
  protected _update(resolver: InnerResolver, writer: avro.Type, options: unknown): void {
    if (!(writer instanceof ContractLogicalType)) {
      const underlying = resolverOf(this.underlyingType, writer, options);
      resolver._read = (tap) => this._fromValue(underlying._read(tap) as Raw);
      return;
    }
    const difference =
      writer.logicalType === this.logicalType
        ? this.differenceFrom(writer as unknown as this)
        : `${writer.logicalType} was written, ${this.logicalType} is read`;
    if (difference !== undefined) throw new Error(`the meaning of the value differs: ${difference}`);
    const written = writer as unknown as InnerType;
    resolver._read = (tap: Tap) => written._read(tap);
  }
}
