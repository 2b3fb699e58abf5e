/** Avro's days and times of day as text; see calendar-text.ts for their form. */
import {
  dateTimeText,
  dayText,
  parseDateTime,
  parseDay,
  parseTime,
  timeText,
  type FractionDigits,
} from './calendar-text.ts';
import { ContractLogicalType } from './contract-logical-type.ts';

/** A day: `2018-03-12`. */
export type LocalDate = `${number}-${number}-${number}`;

/** A time of day: `18:44:15.123`, with six digits where the unit is the microsecond. */
export type LocalTime = `${number}:${number}:${number}`;

/** A day and a time of it in no time zone: `2018-03-12T18:44:15.123`. */
export type LocalDateTime = `${LocalDate}T${LocalTime}`;

/** A moment to the microsecond: `2018-03-12T18:44:15.123456Z`. Texts of one length sort in order of time. */
export type TimestampMicros = `${LocalDateTime}Z`;

/** `date`: days since 1970-01-01, an int. */
export class DateType extends ContractLogicalType<number, LocalDate> {
  readonly expectation = 'a day that exists, such as 2018-03-12';

  protected override _fromValue(epochDay: number): LocalDate {
    return dayText(epochDay) as LocalDate;
  }

  protected override _toValue(value: unknown): number | undefined {
    return typeof value === 'string' ? parseDay(value) : undefined;
  }
}

const exampleOf = (digits: FractionDigits): string => `18:44:15.${'123456'.slice(0, digits)}`;

abstract class TimeType extends ContractLogicalType<number, LocalTime> {
  abstract readonly digits: FractionDigits;

  get expectation(): string {
    return `a time of day with at most ${this.digits} digits of a second, such as ${exampleOf(this.digits)}`;
  }

  protected override _fromValue(units: number): LocalTime {
    return timeText(units, this.digits) as LocalTime;
  }

  protected override _toValue(value: unknown): number | undefined {
    return typeof value === 'string' ? parseTime(value, this.digits) : undefined;
  }
}

/** `time-millis`: an int. */
export class TimeMillis extends TimeType {
  readonly digits = 3;
}

/** `time-micros`: a long. */
export class TimeMicros extends TimeType {
  readonly digits = 6;
}

abstract class DateTimeType extends ContractLogicalType<number, string> {
  abstract readonly digits: FractionDigits;
  /** `Z` for a moment, nothing for a local time. */
  abstract readonly zone: '' | 'Z';

  get expectation(): string {
    return `a day and time with at most ${this.digits} digits of a second, such as 2018-03-12T${exampleOf(this.digits)}${this.zone}`;
  }

  protected override _fromValue(units: number): string {
    return dateTimeText(units, this.digits) + this.zone;
  }

  protected override _toValue(value: unknown): number | undefined {
    if (typeof value !== 'string' || !value.endsWith(this.zone)) return undefined;
    const units = parseDateTime(value.slice(0, value.length - this.zone.length), this.digits);
    // A long of this codec is a number: beyond this it would not be exact (microseconds: from 1684 to 2255).
    return Number.isSafeInteger(units) ? units : undefined;
  }
}

/** `timestamp-micros`: a long. */
export class TimestampMicrosType extends DateTimeType {
  readonly digits = 6;
  readonly zone = 'Z';
}

/** `local-timestamp-millis`: a long. */
export class LocalTimestampMillis extends DateTimeType {
  readonly digits = 3;
  readonly zone = '';
}

/** `local-timestamp-micros`: a long. */
export class LocalTimestampMicros extends DateTimeType {
  readonly digits = 6;
  readonly zone = '';
}
