import avro from 'avsc';

/** Avro's `timestamp-millis` (Avro specification, Logical Types) as a `Date`. An invalid `Date` is refused. */
class TimestampMillis extends avro.types.LogicalType {
  protected override _fromValue(value: number): Date {
    return new Date(value);
  }

  protected override _toValue(value: unknown): number | undefined {
    return value instanceof Date && !Number.isNaN(value.getTime()) ? value.getTime() : undefined;
  }

  protected override _resolve(writer: avro.Type): ((value: number) => Date) | undefined {
    return avro.Type.isType(writer, 'long', 'int', 'logical:timestamp-millis') ? (value) => new Date(value) : undefined;
  }
}

// The type says `LogicalType` has no public constructor of its own; avsc calls it with the schema it stands for.
export const timestampMillis: new (schema: avro.Schema, options?: unknown) => avro.types.LogicalType = TimestampMillis;
