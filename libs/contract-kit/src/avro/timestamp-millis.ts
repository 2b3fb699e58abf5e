import { ContractLogicalType } from './contract-logical-type.ts';

/** `timestamp-millis` as a `Date`. An invalid `Date` is refused. */
export class TimestampMillis extends ContractLogicalType<number, Date> {
  readonly expectation = 'a valid Date';

  protected override _fromValue(value: number): Date {
    return new Date(value);
  }

  protected override _toValue(value: unknown): number | undefined {
    return value instanceof Date && !Number.isNaN(value.getTime()) ? value.getTime() : undefined;
  }
}
