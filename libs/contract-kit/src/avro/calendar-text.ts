/**
 * Days and times of day as text (ISO 8601, extended format), to and from the numbers that Avro writes.
 *
 * Years are four digits, or six with a sign outside of 0000 to 9999; the range is that of `Date`. A fraction of a second is written
 * with all digits of its unit; fewer are read, more are refused, so that nothing is rounded in silence.
 */

const dayMs = 86_400_000;

/** Units of a second: digits after the point. */
export type FractionDigits = 3 | 6;

const dayPattern = /^(?:\d{4}|[+-]\d{6})-\d{2}-\d{2}$/;
const timePattern = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/;

export const unitsPerSecond = (digits: FractionDigits): number => 10 ** digits;

export const unitsPerDay = (digits: FractionDigits): number => 86_400 * unitsPerSecond(digits);

/** @throws RangeError when the day is beyond what `Date` knows. */
export function dayText(epochDay: number): string {
  const text = new Date(epochDay * dayMs).toISOString();
  return text.slice(0, text.indexOf('T'));
}

/** The day's number since 1970-01-01; undefined when there is no such day. */
export function parseDay(text: string): number | undefined {
  if (!dayPattern.test(text)) return undefined;
  const epochMs = Date.parse(`${text}T00:00:00.000Z`);
  // `Date` takes the 30th of February for the 2nd of March.
  if (Number.isNaN(epochMs) || dayText(epochMs / dayMs) !== text) return undefined;
  return epochMs / dayMs;
}

/** @throws RangeError when it is no time of a day. */
export function timeText(units: number, digits: FractionDigits): string {
  if (!Number.isInteger(units) || units < 0 || units >= unitsPerDay(digits))
    throw new RangeError(`${units} is no time of a day: a day has ${unitsPerDay(digits)} units`);
  const seconds = Math.floor(units / unitsPerSecond(digits));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(units % unitsPerSecond(digits)).padStart(digits, '0');
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${fraction}`;
}

/** Units since midnight; undefined when there is no such time, or when it has more digits than the unit. */
export function parseTime(text: string, digits: FractionDigits): number | undefined {
  const [, hours, minutes, seconds, fraction = ''] = timePattern.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  if (fraction.length > digits) return undefined;
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return whole * unitsPerSecond(digits) + Number(fraction.padEnd(digits, '0'));
}

/** A day and a time of it, joined by `T`. @throws RangeError when it is beyond what `Date` knows. */
export function dateTimeText(units: number, digits: FractionDigits): string {
  const epochDay = Math.floor(units / unitsPerDay(digits));
  return `${dayText(epochDay)}T${timeText(units - epochDay * unitsPerDay(digits), digits)}`;
}

/** Units since 1970-01-01T00:00:00; undefined when there is no such day or time. */
export function parseDateTime(text: string, digits: FractionDigits): number | undefined {
  const border = text.indexOf('T');
  const epochDay = border < 0 ? undefined : parseDay(text.slice(0, border));
  const units = border < 0 ? undefined : parseTime(text.slice(border + 1), digits);
  return epochDay === undefined || units === undefined ? undefined : epochDay * unitsPerDay(digits) + units;
}
