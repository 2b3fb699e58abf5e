/**
 * Values of PostgreSQL in text form to JSON, as Debezium's connector writes them with `decimal.handling.mode=string`,
 * `interval.handling.mode=string` and JSON without schemas:
 *
 *     boolean                  true, false
 *     smallint … bigint, oid   numbers, of any size
 *     real, double             numbers; NaN and infinities as strings
 *     numeric, money           strings, so that no digit is lost
 *     date                     days since 1970
 *     time                     microseconds since midnight
 *     timestamp                microseconds since 1970; milliseconds with a precision of at most 3
 *     timestamptz, timetz      ISO 8601 in UTC
 *     bytea                    base64
 *     arrays                   arrays of such values; NULL as null
 *     all others               strings in PostgreSQL's form: text, uuid, json, jsonb, enums, intervals (ISO 8601), ranges …
 */
export type ToJson = (text: string) => string;

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
/** What Debezium writes for the two infinite timestamps, in microseconds. */
const INFINITE_MICROS: Readonly<Record<string, string>> = {
  infinity: '9223372036825200000',
  '-infinity': '-9223372036832400000',
};
const INFINITE_DAYS: Readonly<Record<string, string>> = { infinity: '2147483647', '-infinity': '-2147483648' };

const asIs: ToJson = (text) => text;
const quoted: ToJson = (text) => `"${text}"`;
const escaped: ToJson = (text) => JSON.stringify(text);
const boolean: ToJson = (text) => (text === 't' ? 'true' : 'false');
const float: ToJson = (text) => (/^-?\d/.test(text) ? text : `"${text}"`);
const bytes: ToJson = (text) => `"${Buffer.from(text.slice(2), 'hex').toString('base64')}"`;

const dateJson: ToJson = (text) => INFINITE_DAYS[text] ?? String(daysOf(text));

const timeJson: ToJson = (text) => String(microsOfDay(text, 0));

const zonedTimeJson: ToJson = (text) => `"${text.replace(/[+-]00(:00)?$/, 'Z')}"`;

function timestampJson(typeModifier: number): ToJson {
  const inMillis = typeModifier >= 0 && typeModifier <= 3;
  return (text) => {
    const infinite = INFINITE_MICROS[text];
    if (infinite !== undefined) return inMillis ? infinite.slice(0, -3) : infinite;
    const micros = timestampMicros(text);
    return (inMillis ? micros / 1000n : micros).toString();
  };
}

/** `2026-11-21 15:00:00.5+00` to `2026-11-21T15:00:00.500000Z`; what has no such form stays as it is. */
const zonedTimestampJson: ToJson = (text) => {
  const match = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?\+00$/.exec(text);
  return match ? `"${match[1]!}T${match[2]!}${(match[3] ?? '.').padEnd(7, '0')}Z"` : escaped(text);
};

function timestampMicros(text: string): bigint {
  const space = text.indexOf(' ');
  const isBeforeChrist = text.endsWith(' BC');
  const days = daysOf(isBeforeChrist ? `${text.slice(0, space)} BC` : text.slice(0, space));
  return BigInt(days) * BigInt(SECONDS_PER_DAY * MICROS_PER_SECOND) + BigInt(microsOfDay(text, space + 1));
}

/** `HH:MM:SS[.ffffff]` from `start` on. */
function microsOfDay(text: string, start: number): number {
  const seconds =
    Number(text.slice(start, start + 2)) * 3600 +
    Number(text.slice(start + 3, start + 5)) * 60 +
    Number(text.slice(start + 6, start + 8));
  const fraction = text[start + 8] === '.' ? /^\d+/.exec(text.slice(start + 9))![0].padEnd(6, '0') : '0';
  return seconds * MICROS_PER_SECOND + Number(fraction);
}

/** `YYYY-MM-DD[ BC]` to days since 1970 in the proleptic Gregorian calendar. */
function daysOf(text: string): number {
  const [date, era] = text.split(' ') as [string, string | undefined];
  const [yearText, month, day] = date.split('-') as [string, string, string];
  const year = era === 'BC' ? 1 - Number(yearText) : Number(yearText);
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, Number(month) - 1, Number(day));
  return Math.round(midnight.getTime() / (SECONDS_PER_DAY * 1000));
}

/** `{a,"b c",NULL,{…}}` to a JSON array. */
function arrayJson(element: ToJson): ToJson {
  return (text) => {
    // An array whose bounds do not begin at 1 says so in front: [2:3]={…}
    const start = text.indexOf('{');
    return new ArrayReader(text, start, element).read();
  };
}

class ArrayReader {
  private readonly text: string;
  private readonly element: ToJson;
  private at: number;

  constructor(text: string, at: number, element: ToJson) {
    this.text = text;
    this.at = at;
    this.element = element;
  }

  read(): string {
    const items: string[] = [];
    this.at += 1;
    while (this.text[this.at] !== '}') {
      if (this.text[this.at] === ',') this.at += 1;
      items.push(this.item());
    }
    this.at += 1;
    return `[${items.join(',')}]`;
  }

  private item(): string {
    if (this.text[this.at] === '{') return this.read();
    if (this.text[this.at] === '"') return this.element(this.quotedItem());
    const start = this.at;
    while (this.text[this.at] !== ',' && this.text[this.at] !== '}') this.at += 1;
    const plain = this.text.slice(start, this.at);
    return plain.toUpperCase() === 'NULL' ? 'null' : this.element(plain);
  }

  private quotedItem(): string {
    let item = '';
    for (this.at += 1; this.text[this.at] !== '"'; this.at += 1) {
      if (this.text[this.at] === '\\') this.at += 1;
      item += this.text[this.at]!;
    }
    this.at += 1;
    return item;
  }
}

/** By object id in `pg_type`, which is fixed for the types that PostgreSQL brings along; with the id of the type's arrays. */
const TYPES: readonly (readonly [id: number, arrayId: number, toJson: (typeModifier: number) => ToJson])[] = [
  [16, 1000, () => boolean],
  [17, 1001, () => bytes],
  [20, 1016, () => asIs],
  [21, 1005, () => asIs],
  [23, 1007, () => asIs],
  [26, 1028, () => asIs],
  [25, 1009, () => escaped],
  [1042, 1014, () => escaped],
  [1043, 1015, () => escaped],
  [114, 199, () => escaped],
  [3802, 3807, () => escaped],
  [700, 1021, () => float],
  [701, 1022, () => float],
  [1700, 1231, () => quoted],
  [2950, 2951, () => quoted],
  [1082, 1182, () => dateJson],
  [1083, 1183, () => timeJson],
  [1266, 1270, () => zonedTimeJson],
  [1114, 1115, timestampJson],
  [1184, 1185, () => zonedTimestampJson],
];

const byId = new Map(TYPES.map(([id, , toJson]) => [id, toJson]));
const byArrayId = new Map(TYPES.map(([, arrayId, toJson]) => [arrayId, toJson]));

/** How values of a column become JSON. */
export function columnJson(typeId: number, typeModifier: number): ToJson {
  const scalar = byId.get(typeId);
  if (scalar) return scalar(typeModifier);
  const element = byArrayId.get(typeId);
  return element ? arrayJson(element(typeModifier)) : escaped;
}
